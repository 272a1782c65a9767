#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <plstm/data/dags/graph_schema.hpp>

namespace plstm {

/// How many values of a thing the rules make; those of degrees are not among them.
inline std::int32_t num_values(const std::vector<AttributeRule>& rules) {
  std::size_t count = 0;
  for (const AttributeRule& rule : rules) {
    if (rule.kind == AttributeKind::kNumber) count += rule.may_be_missing ? 2 : 1;
    if (rule.kind == AttributeKind::kSet) count += rule.texts.size() + 1;
  }
  return static_cast<std::int32_t>(count);
}

}  // namespace plstm
