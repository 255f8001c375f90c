#include "process/spawn.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include "process/descriptor.hpp"

namespace notes::process {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// What the child's descriptors are.
class Actions {
 public:
  explicit Actions(const std::vector<int>& descriptors) {
    ::posix_spawn_file_actions_init(&actions_);
    const auto count = static_cast<int>(descriptors.size());
    // One that stands where another goes would be overwritten before its turn.
    for (const int from : descriptors) {
      const bool in_the_way = from >= 0 && from < count;
      moved_.emplace_back(in_the_way ? ::fcntl(from, F_DUPFD_CLOEXEC, count) : -1);
      if (in_the_way && moved_.back().number() < 0) fail("a descriptor", errno);
    }
    for (int to = 0; to < count; ++to) {
      const auto index = static_cast<std::size_t>(to);
      const int from = std::max(descriptors[index], moved_[index].number());
      if (from < 0) {
        ::posix_spawn_file_actions_addopen(&actions_, to, "/dev/null", O_RDWR, 0);
      } else {
        ::posix_spawn_file_actions_adddup2(&actions_, from, to);
      }
    }
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, count);
  }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  ~Actions() { ::posix_spawn_file_actions_destroy(&actions_); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
  std::vector<Descriptor> moved_;
};

class Attributes {
 public:
  explicit Attributes(Session session) {
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (session == Session::own) flags |= POSIX_SPAWN_SETSID;
    ::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

}  // namespace

pid_t spawn(const SpawnOptions& options) {
  auto arguments = options.arguments;
  std::vector<std::string> variables;
  for (const auto& [name, value] : options.environment) variables.push_back(name + "=" + value);
  const Actions actions(options.descriptors);
  const Attributes attributes(options.session);
  pid_t child = -1;
  const int error = ::posix_spawn(&child, options.path.c_str(), actions.get(), attributes.get(),
                                  pointers(arguments).data(), pointers(variables).data());
  if (error != 0) fail(options.path, error);
  return child;
}

std::optional<std::string> find_program(std::string_view name, const Environment& environment) {
  const auto path = environment.find("PATH");
  std::string_view rest = "/usr/bin:/bin";
  if (path != environment.end()) rest = path->second;
  for (;;) {
    const auto colon = rest.find(':');
    auto place = std::string(rest.substr(0, colon));
    place.append("/").append(name);
    if (::access(place.c_str(), X_OK) == 0) return place;
    if (colon == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(colon + 1);
  }
}

}  // namespace notes::process
