#include "plstm/chem/things/thing_values.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/data/missing.hpp>
#include <plstm/data/number.hpp>
#include <plstm/data/value_list.hpp>

namespace plstm {

std::vector<std::string> values_of_rows(const MoleculeThings& things, const std::string& cell) {
  std::vector<std::string> result(things.num_rows());
  if (is_missing(cell)) return result;
  std::vector<std::string> values = split_value_list(cell);
  const std::vector<std::int32_t> rows = rows_of_list(things, values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (rows[i] >= 0 && !is_missing(values[i]))
      result[static_cast<std::size_t>(rows[i])] = std::move(values[i]);
  }
  return result;
}

std::vector<double> numbers_of(std::span<const std::string> texts) {
  std::vector<double> numbers;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    try {
      numbers.push_back(is_missing(texts[i]) ? std::numeric_limits<double>::quiet_NaN()
                                             : parse_double(texts[i]));
    } catch (const FileError& error) {
      throw FileError(fmt::format("value {}: {}", i + 1, error.what()));
    }
  }
  return numbers;
}

std::vector<double> in_graph_order(const MoleculeThings& things, std::span<const double> of_rows,
                                   std::int64_t tasks) {
  const auto rows = static_cast<std::int64_t>(things.num_rows());
  check_size("in_graph_order", "of_rows", std::ssize(of_rows), rows * tasks);
  std::vector<double> result(of_rows.size());
  for (std::size_t row = 0; row < things.num_rows(); ++row) {
    std::copy_n(of_rows.begin() + static_cast<std::ptrdiff_t>(row) * tasks, tasks,
                result.begin() + std::ptrdiff_t{things.things[row]} * tasks);
  }
  return result;
}

}  // namespace plstm
