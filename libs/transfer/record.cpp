#include "transfer/record.hpp"

namespace notes::transfer {

void Record::clear(std::uint64_t line) {
  line_ = line;
  bytes_.clear();
  fields_.clear();
  problem_.clear();
}

void Record::end_value() {
  const std::size_t begin = fields_.empty() ? 0 : fields_.back().begin + fields_.back().size;
  fields_.push_back({begin, bytes_.size() - begin, false});
}

void Record::end_null() { fields_.push_back({bytes_.size(), 0, true}); }

void Record::refuse(std::string_view problem) {
  if (problem_.empty()) problem_ = problem;
}

std::optional<std::string_view> Record::value(std::size_t index) const {
  const auto& field = fields_.at(index);
  if (field.null) return std::nullopt;
  return std::string_view(bytes_).substr(field.begin, field.size);
}

}  // namespace notes::transfer
