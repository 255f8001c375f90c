#include "transfer/archive.hpp"

#include <csignal>

#include <doctest/doctest.h>
#include <sys/resource.h>

#include "base/error.hpp"
#include "support/temporary_directory.hpp"

using namespace notes;
using namespace notes::transfer;

namespace {

/// Text that does not compress away.
std::string payload(std::size_t size) {
  std::string text;
  std::uint32_t state = 1;
  while (text.size() < size) {
    state = state * 1664525 + 1013904223;
    text += static_cast<char>(state >> 24);
  }
  return text;
}

Manifest sample() {
  return {.engine = "sqlite",
          .database = "notes \"x\".db",
          .created_at = "2026-11-21T12:00:00.000000Z",
          .tool_version = "1.2.3",
          .revisions = {"aaaa", "bbbb"},
          .tables = {{"", "notes", 17}, {"s", "회의", 0}}};
}

std::string contents(ArchiveReader& reader) {
  std::string text;
  reader.read([&](std::string_view block) { text += block; });
  return text;
}

template <typename Work>
std::string refusal(ErrorCode code, const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return "accepted";
}

std::size_t files_in(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

struct Written {
  explicit Written(const std::string& text) {
    ArchiveWriter writer(path);
    for (std::size_t at = 0; at < text.size(); at += 100'000)
      writer.write(std::string_view(text).substr(at, 100'000));
    manifest = writer.finish(sample());
  }
  tests::TemporaryDirectory directory;
  std::filesystem::path path = directory.path() / "f.backup";
  Manifest manifest;
};

}  // namespace

TEST_CASE("a manifest comes back as it was written") {
  CHECK(parse_manifest(to_json(sample())) == sample());
  CHECK(refusal(ErrorCode::malformed, [] { parse_manifest("{"); }) ==
        "the manifest of the backup: is no JSON object");
  CHECK(refusal(ErrorCode::malformed, [] { parse_manifest(R"({"format":1})"); }) ==
        "the manifest of the backup: engine is missing");
  CHECK(refusal(ErrorCode::refused, [] { parse_manifest(R"({"format":2})"); }) ==
        "the backup was written by a newer version of this tool (format 2, this one knows 1); use "
        "that "
        "one");
}

TEST_CASE("a backup file gives its payload and its manifest back") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1'000'000}}) {
    CAPTURE(size);
    const Written written(payload(size));
    ArchiveReader reader(written.path);
    CHECK(reader.manifest() == written.manifest);
    CHECK(reader.manifest().tables == sample().tables);
    reader.verify();
    CHECK(contents(reader) == payload(size));
    CHECK(files_in(written.directory.path()) == 1);
  }
}

TEST_CASE("what compresses well comes back whole") {
  const std::string zeros(10'000'000, '\0');
  const Written written(zeros);
  CHECK(written.manifest.payload_bytes < 10'000);
  ArchiveReader reader(written.path);
  CHECK((contents(reader) == zeros));
}

TEST_CASE("a backup that is cut off or damaged anywhere is found out before it is used") {
  const Written written(payload(3000));
  const auto whole = tests::read_file(written.path);
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    CAPTURE(size);
    written.directory.write("f.backup", whole.substr(0, size));
    CHECK(refusal(ErrorCode::malformed, [&] { ArchiveReader reader(written.path); }) ==
          written.path.string() + ": is no backup of this tool, or was cut off");
  }
  for (std::size_t at = 0; at < written.manifest.payload_bytes; at += 11) {
    CAPTURE(at);
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    written.directory.write("f.backup", damaged);
    CHECK(refusal(ErrorCode::malformed, [&] { ArchiveReader(written.path).verify(); }) ==
          written.path.string() + ": the checksum is not the manifest's: the file is damaged");
  }
}

TEST_CASE("a backup that is not finished leaves nothing, and the older one as it was") {
  const tests::TemporaryDirectory directory;
  const auto path = directory.write("f.backup", "the older one");
  {
    ArchiveWriter writer(path);
    writer.write(payload(1'000'000));
    CHECK(files_in(directory.path()) == 2);
  }
  CHECK(files_in(directory.path()) == 1);
  CHECK(tests::read_file(path) == "the older one");
}

TEST_CASE("a disk without room ends the backup with an error that names the file") {
  const tests::TemporaryDirectory directory;
  const auto path = directory.path() / "f.backup";
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{.rlim_cur = 100'000, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &tight) == 0);
  const auto said = refusal(ErrorCode::unreachable, [&] {
    ArchiveWriter writer(path);
    writer.write(payload(1'000'000));
    writer.finish({});
  });
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);
  CHECK(said == path.string() + ": the backup cannot be written: File too large");
  CHECK(files_in(directory.path()) == 0);
}
