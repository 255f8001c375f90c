#include "corpus.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace notes::tests {
namespace {

/// Reads what stands behind a backslash; moves `at` behind it.
std::string unescape(std::string_view line, std::size_t& at) {
  const char kind = line.at(at++);
  switch (kind) {
    case 'r':
      return "\r";
    case 'n':
      return "\n";
    case 't':
      return "\t";
    case 's':
      return " ";
    case '0':
      return std::string(1, '\0');
    case 'x': {
      const int value = std::stoi(std::string(line.substr(at, 2)), nullptr, 16);
      at += 2;
      return std::string(1, static_cast<char>(value));
    }
    case '{': {
      const auto end = line.find('}', at);
      const std::size_t count = std::stoul(std::string(line.substr(at + 2, end - at - 2)));
      const char letter = line.at(at);
      at = end + 1;
      return std::string(count, letter);
    }
    default:
      throw std::runtime_error("an escape that is none: " + std::string(line));
  }
}

void append_bytes(std::string_view line, std::string& bytes) {
  for (std::size_t at = 0; at < line.size();) {
    const char c = line[at++];
    if (c == '\\') {
      bytes += unescape(line, at);
    } else {
      bytes += c;
    }
  }
}

void read_expectation(const std::string& line, RawCase& raw) {
  std::istringstream words(line.substr(2));
  for (std::string word; words >> word;) {
    if (word == "open" || word == "close") {
      raw.stays_open = word == "open";
    } else {
      raw.statuses.push_back(std::stoi(word));
    }
  }
}

}  // namespace

std::vector<RawCase> read_corpus() {
  std::vector<RawCase> cases;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(NOTES_HTTP_CORPUS)) {
    if (entry.path().extension() == ".cases") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
      if (line.starts_with("== ")) {
        cases.push_back(
            {.name = file.stem().string() + ": " + line.substr(3), .statuses = {}, .bytes = {}});
      } else if (cases.empty()) {
        throw std::runtime_error(file.string() + " does not begin with a case");
      } else if (line.starts_with("> ")) {
        read_expectation(line, cases.back());
      } else {
        append_bytes(line, cases.back().bytes);
      }
    }
  }
  return cases;
}

std::vector<std::size_t> head_answers(const RawCase& raw) {
  // Of the corpus' cases with HEAD each has it as its last request.
  if (raw.bytes.find("HEAD ") == std::string::npos) return {};
  return {raw.statuses.size() - 1};
}

}  // namespace notes::tests
