#include "thing_rows.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <plstm/chem/things/thing_predictions.hpp>

namespace plstm::mol {
namespace {

std::size_t index(std::int32_t row) {
  return static_cast<std::size_t>(row);
}

}  // namespace

std::size_t num_judged(const Dataset& data, std::int32_t row) {
  return data.level == Readout::kGraph ? 1 : data.things[index(row)].num_rows();
}

std::vector<std::int32_t> rows_of_judged(const Dataset& data, std::span<const std::int32_t> rows) {
  std::vector<std::int32_t> result;
  for (const std::int32_t row : rows) result.insert(result.end(), num_judged(data, row), row);
  return result;
}

Measured measured_of(const Dataset& data, std::span<const std::int32_t> rows) {
  Index judged = 0;
  for (const std::int32_t row : rows) judged += static_cast<Index>(num_judged(data, row));
  const Index tasks = std::ssize(data.target_names);
  Measured result{Matrix<double>(judged, tasks), Matrix<std::uint8_t>(judged, tasks)};
  Index next = 0;
  for (const std::int32_t row : rows) {
    if (data.level == Readout::kGraph) {
      result.targets.row(next) = data.targets.row(row);
      result.present.row(next++) = data.present.row(row);
      continue;
    }
    const std::vector<double>& values = data.thing_targets[index(row)];
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool is_there = !std::isnan(values[i]);
      result.targets.data()[next * tasks + static_cast<Index>(i)] = is_there ? values[i] : 0;
      result.present.data()[next * tasks + static_cast<Index>(i)] = is_there ? 1 : 0;
    }
    next += static_cast<Index>(num_judged(data, row));
  }
  return result;
}

Predictions in_judged_order(const Dataset& data, std::span<const std::int32_t> rows,
                            Predictions predictions) {
  if (data.level == Readout::kGraph) return predictions;
  std::vector<const MoleculeThings*> molecules;
  for (const std::int32_t row : rows) molecules.push_back(&data.things[index(row)]);
  return in_input_order(std::move(predictions), molecules);
}

std::string level_word(Readout level, bool one) {
  const std::string word = level == Readout::kNode ? "atom" : level == Readout::kEdge ? "bond" : "molecule";
  return one ? word : word + "s";
}

std::string thing_label(const MoleculeThings& things, std::size_t row) {
  const std::string of =
      things.level == Readout::kEdge
          ? fmt::format(" of atoms {} and {}", things.ends[2 * row], things.ends[2 * row + 1])
          : "";
  return fmt::format("{} {} ({}{})", level_word(things.level, true), things.numbers[row], things.symbols[row],
                     of);
}

std::int64_t num_labelled(const Dataset& data, std::span<const std::int32_t> rows) {
  const Measured measured = measured_of(data, rows);
  std::int64_t count = 0;
  for (Index i = 0; i < measured.present.rows(); ++i)
    count += (measured.present.row(i).array() != 0).any() ? 1 : 0;
  return count;
}

}  // namespace plstm::mol
