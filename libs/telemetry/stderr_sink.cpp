#include <atomic>

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "telemetry/log.hpp"

namespace notes::telemetry {
namespace {

/// The longest burst that is kept whole; each slot holds a line of 250 bytes in place, so this
/// takes some 3 MiB.
constexpr std::size_t kQueueLines = 8192;

class StderrSink final : public LogSink {
 public:
  StderrSink()
      : pool_(std::make_shared<spdlog::details::thread_pool>(kQueueLines, 1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "stderr", std::make_shared<spdlog::sinks::stderr_sink_st>(), pool_,
            spdlog::async_overflow_policy::overrun_oldest)) {
    logger_->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
    logger_->set_level(spdlog::level::trace);
  }

  void write(Level, std::string_view line) override {
    logger_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
  }

  std::uint64_t take_lost() override {
    const std::uint64_t lost = pool_->overrun_counter();
    return lost - said_.exchange(lost);
  }

 private:
  // The pool's destructor writes what is queued and joins its thread. Shared with the logger, as
  // spdlog demands.
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
  std::atomic<std::uint64_t> said_{0};
};

}  // namespace

std::unique_ptr<LogSink> stderr_sink() { return std::make_unique<StderrSink>(); }

}  // namespace notes::telemetry
