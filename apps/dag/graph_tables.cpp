#include "graph_tables.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <plstm/data/number.hpp>

namespace plstm::dag {

std::vector<std::string> thing_columns(Readout level) {
  std::vector<std::string> columns{"graph"};
  if (level == Readout::kNode) columns.emplace_back("node");
  if (level == Readout::kEdge) columns.insert(columns.end(), {"tail", "head"});
  return columns;
}

std::vector<std::string> thing_cells(const GraphRecord& record, Readout level, std::int64_t thing) {
  std::vector<std::string> cells{record.name};
  if (level == Readout::kNode) cells.push_back(node_name(record, static_cast<NodeId>(thing)));
  if (level == Readout::kEdge) {
    const Arc& arc = record.edges[static_cast<std::size_t>(thing)];
    cells.push_back(node_name(record, arc.tail));
    cells.push_back(node_name(record, arc.head));
  }
  return cells;
}

std::string label_cell(const RecordLabels& labels, std::int64_t thing, std::size_t task) {
  const auto column = static_cast<Index>(task);
  if (labels.present(thing, column) == 0) return "";
  const double value = labels.targets(thing, column);
  const Task& what = labels.tasks[task];
  return what.type == TaskType::kRegression ? format_number(value)
                                            : class_name(what, static_cast<Index>(value));
}

std::string write_test_predictions(const std::filesystem::path& path, std::span<const GraphRecord> records,
                                   const RecordLabels& labels, std::span<const std::int32_t> things,
                                   const ThingPredictions& said, const apps::CellOptions& cells) {
  apps::TableWriter table(path, cells);
  std::vector<std::string> header = thing_columns(labels.level);
  for (const std::string& target : labels.names) header.push_back(target + "_true");
  std::vector<std::string> names = said.names;
  std::ranges::move(apps::class_columns(labels.names, labels.tasks), std::back_inserter(names));
  std::ranges::move(apps::distinct_names(header, names, "_predicted"), std::back_inserter(header));
  table.write(header);
  for (std::size_t i = 0; i < things.size(); ++i) {
    const std::int64_t thing = things[i];
    const std::int32_t graph = graph_of(labels.offsets, thing);
    std::vector<std::string> fields = thing_cells(records[static_cast<std::size_t>(graph)], labels.level,
                                                  thing - labels.offsets[static_cast<std::size_t>(graph)]);
    for (std::size_t task = 0; task < labels.names.size(); ++task)
      fields.push_back(label_cell(labels, thing, task));
    const std::span<const double> values(said.values.data() + static_cast<Index>(i) * said.values.cols(),
                                         static_cast<std::size_t>(said.values.cols()));
    std::ranges::transform(values, std::back_inserter(fields), apps::format_prediction);
    std::ranges::move(apps::class_cells(labels.tasks, values), std::back_inserter(fields));
    table.write(std::move(fields));
  }
  table.commit();
  return table.note();
}

}  // namespace plstm::dag
