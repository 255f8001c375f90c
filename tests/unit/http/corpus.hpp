#pragma once

#include <string>
#include <vector>

namespace notes::tests {

/// One case of tests/golden/http; README.md there says how they are written.
struct RawCase {
  std::string name;  ///< with its file in front
  std::vector<int> statuses;
  bool stays_open = false;
  std::string bytes;
};

/// Every case of every file. Throws std::runtime_error naming the line that is none.
std::vector<RawCase> read_corpus();

/// The positions of the answers to HEAD among the statuses of a case.
std::vector<std::size_t> head_answers(const RawCase& raw);

}  // namespace notes::tests
