#include "judged_things.hpp"

#include <limits>

#include <fmt/format.h>

#include <plstm/learn/plots/number_format.hpp>
#include <plstm/learn/report/notable_rows.hpp>

namespace plstm::dag {

std::string things_word(Readout level) {
  return std::string(name(level)) + "s";
}

std::vector<double> measured_values(const RecordLabels& labels, std::span<const std::int32_t> things) {
  std::vector<double> values;
  values.reserve(things.size() * labels.names.size());
  for (const std::int32_t thing : things) {
    for (Index task = 0; task < labels.targets.cols(); ++task) {
      const bool known = labels.present(thing, task) != 0;
      values.push_back(known ? labels.targets(thing, task) : std::numeric_limits<double>::quiet_NaN());
    }
  }
  return values;
}

void name_shown_rows(std::span<const GraphRecord> records, const RecordLabels& labels,
                     std::span<const std::int32_t> things, ReportData& report) {
  for (const std::size_t row : shown_rows(report)) {
    const auto graph = static_cast<std::size_t>(graph_of(labels.offsets, things[row]));
    const GraphRecord& record = records[graph];
    ReportPicture& shown = report.pictures.emplace_back();
    shown.row = row;
    shown.label = thing_name(record, labels.level, things[row] - labels.offsets[graph]);
    shown.detail = fmt::format("{}: {} nodes, {} edges", record.place, format_count(record.num_nodes),
                               format_count(std::ssize(record.edges)));
  }
}

}  // namespace plstm::dag
