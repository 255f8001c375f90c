#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/run.hpp"

namespace notes::jobs {

/// A run's parameters: what was given, else the job's default. Each throws Error{usage} that names
/// the parameter and the value.
class Arguments {
 public:
  /// Both must outlive it.
  Arguments(const std::vector<scheduler::BuiltinJob::Parameter>& parameters,
            const scheduler::Run& run);

  /// Text that is not empty.
  std::string text(std::string_view name) const;
  /// "30d", "12h"; not negative.
  std::chrono::milliseconds duration(std::string_view name) const;
  /// A whole number from 1 to `most`.
  std::size_t count(std::string_view name, std::size_t most) const;
  /// How many rows one transaction works on.
  std::size_t chunk() const { return count("chunk", 100'000); }

 private:
  const std::vector<scheduler::BuiltinJob::Parameter>& parameters_;
  const scheduler::Run& run_;
};

}  // namespace notes::jobs
