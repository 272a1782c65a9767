#include "tables.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include <plstm/data/number.hpp>

#include "things/thing_rows.hpp"

namespace plstm::mol {
namespace {

// The values of a target of atoms or bonds as a list.
std::string target_list(const Dataset& data, std::int32_t row, Index task) {
  const LabelMap* labels = data.labels_of(static_cast<std::size_t>(task));
  std::vector<std::vector<std::string>> values;
  const Measured measured = measured_of(data, {&row, 1});
  for (Index i = 0; i < measured.targets.rows(); ++i) {
    const double value = measured.targets(i, task);
    std::string text;
    if (measured.present(i, task) != 0) {
      text = labels == nullptr ? format_number(value) : labels->names()[static_cast<std::size_t>(value)];
    }
    values.push_back({std::move(text)});
  }
  return as_lists(values, 1).front();
}

// The value of a target as the data has it.
std::string target_field(const Dataset& data, std::int32_t row, Index task) {
  if (data.level != Readout::kGraph) return data.good(row) ? target_list(data, row, task) : "";
  const double value = data.targets(row, task);
  if (const int bound = data.bound(row, task); bound != 0)
    return (bound > 0 ? ">" : "<") + format_number(value);
  if (data.present(row, task) == 0) return "";
  const LabelMap* labels = data.labels_of(static_cast<std::size_t>(task));
  return labels == nullptr ? format_number(value) : labels->names()[static_cast<std::size_t>(value)];
}

}  // namespace

std::string write_predictions(const std::filesystem::path& path, const Dataset& data,
                              std::span<const std::int32_t> rows, const PredictionTable& said,
                              const CellOptions& cells) {
  TableWriter table(path, cells);
  std::vector<std::string> header{"row", "smiles"};
  const bool with_ids = std::ranges::any_of(data.ids, [](const std::string& id) { return !id.empty(); });
  if (with_ids) header.emplace_back("id");
  const std::vector<std::string> columns = distinct_names(header, data.column_names, "_input");
  header.insert(header.end(), columns.begin(), columns.end());
  for (const std::string& target : data.target_names) header.push_back(target + "_true");
  std::vector<std::string> names = said.names;
  const std::vector<std::string> classes = class_columns(data.target_names, said.tasks);
  names.insert(names.end(), classes.begin(), classes.end());
  header.emplace_back("error");
  names = distinct_names(header, names, "_predicted");
  header.insert(header.end() - 1, names.begin(), names.end());
  table.write(header);
  const auto width = static_cast<std::size_t>(said.predictions.cols());
  Index next = 0;
  for (const std::int32_t row : rows) {
    const auto at = static_cast<std::size_t>(row);
    std::vector<std::string> fields{fmt::to_string(row + 1), data.smiles[at]};
    if (with_ids) fields.push_back(data.ids[at]);
    for (Index i = 0; i < data.columns.cols(); ++i) {
      const double value = data.columns(row, i);
      fields.push_back(std::isnan(value) ? "" : format_number(value));
    }
    for (Index task = 0; task < data.targets.cols(); ++task) fields.push_back(target_field(data, row, task));
    std::vector<std::string> predicted(names.size());
    if (data.good(row)) {
      std::vector<std::vector<std::string>> judged(num_judged(data, row));
      for (std::vector<std::string>& each : judged) {
        each =
            prediction_cells(said.tasks, {said.predictions.data() + next++ * said.predictions.cols(), width});
      }
      predicted = data.level == Readout::kGraph ? judged.front() : as_lists(judged, predicted.size());
    }
    std::ranges::move(predicted, std::back_inserter(fields));
    fields.push_back(data.errors[at]);
    table.write(std::move(fields));
  }
  table.commit();
  return table.note();
}

}  // namespace plstm::mol
