#include "plstm/chem/things/thing_predictions.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

// `values` are those of one molecule, [things, columns].
void put_in_order(const MoleculeThings& things, std::size_t columns, std::span<double> values) {
  const auto at = [&](std::size_t row) { return values.subspan(row * columns, columns); };
  const auto classes = static_cast<std::size_t>(1 + std::ranges::max(things.classes));
  std::vector<double> sums(classes * columns), counts(classes);
  for (std::size_t thing = 0; thing < things.classes.size(); ++thing) {
    const auto of = static_cast<std::size_t>(things.classes[thing]);
    counts[of] += 1;
    for (std::size_t c = 0; c < columns; ++c) sums[of * columns + c] += at(thing)[c];
  }
  for (std::size_t row = 0; row < things.num_rows(); ++row) {
    const auto of = static_cast<std::size_t>(things.classes[static_cast<std::size_t>(things.things[row])]);
    for (std::size_t c = 0; c < columns; ++c) at(row)[c] = sums[of * columns + c] / counts[of];
  }
}

}  // namespace

Predictions in_input_order(Predictions predictions, std::span<const MoleculeThings* const> molecules) {
  check_size("in_input_order", "molecules", std::ssize(molecules), std::ssize(predictions.offsets) - 1);
  const std::size_t columns = predictions.columns.size();
  for (std::size_t i = 0; i < molecules.size(); ++i) {
    const std::int64_t first = predictions.offsets[i], rows = predictions.offsets[i + 1] - first;
    check_size("in_input_order", "rows", static_cast<std::int64_t>(molecules[i]->num_rows()), rows);
    if (rows == 0) continue;
    for (std::vector<double>* values : {&predictions.values, &predictions.expected_errors}) {
      if (values->empty()) continue;
      put_in_order(*molecules[i], columns,
                   std::span(*values).subspan(static_cast<std::size_t>(first) * columns,
                                              static_cast<std::size_t>(rows) * columns));
    }
  }
  return predictions;
}

}  // namespace plstm
