#include "cross_validation_report.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

#include <fmt/format.h>

#include <plstm/data/number.hpp>
#include <plstm/data/value_list.hpp>
#include <plstm/learn/cross_validation/part_scores.hpp>
#include <plstm/learn/plots/number_format.hpp>
#include <plstm/learn/report/html_report.hpp>
#include <plstm/learn/report/report_facts.hpp>

#include "mol/reports/report_molecules.hpp"
#include "mol/reports/run_report.hpp"
#include "mol/things/thing_rows.hpp"

namespace plstm::mol {
namespace {

std::vector<ReportFact> facts_of(const FinishedParts& run) {
  const Dataset& data = run.input.data.data;
  const RunManifest& manifest = run.done.manifest;
  const TrainingSeries& series = run.done.series;
  std::vector<ReportFact> facts{
      {"Data", manifest.data_path},
      {"SHA-256 of the data",
       manifest.data_sha256.empty() ? "not known, as the data came through a pipe" : manifest.data_sha256},
      {"Rows", format_count(data.num_rows())},
      {"Rows that cannot be used", format_count(data.num_bad_rows())},
      {"Targets", names_text(data.target_names)},
      {"Division", series.division},
      {"Trainings", format_count(std::ssize(series.parts))},
      {"Models of all trainings", fmt::to_string(manifest.members)},
      {"Seed", fmt::to_string(series.seed)},
      {"Date (UTC)", manifest.date},
      {"Version", manifest.version}};
  for (const Metric metric : run.metrics) {
    facts.push_back({fmt::format("{} of the trainings", title(metric)), mean_score_text(series, metric)});
  }
  return facts;
}

// Where the predictions begin in a row of the table.
std::size_t first_prediction(const Dataset& data) {
  const bool with_ids = std::ranges::any_of(data.ids, [](const std::string& id) { return !id.empty(); });
  return 2 + (with_ids ? 1 : 0) + data.target_names.size();
}

// Of the cells of one row, which are lists where the model predicts atoms or bonds.
void append_predictions(Readout level, std::span<const std::string> cells, std::vector<double>& values) {
  std::vector<std::vector<std::string>> columns;
  for (const std::string& cell : cells) {
    columns.push_back(level == Readout::kGraph ? std::vector<std::string>{cell} : split_value_list(cell));
  }
  for (std::size_t thing = 0; thing < columns.front().size(); ++thing) {
    for (const std::vector<std::string>& column : columns) values.push_back(parse_double(column.at(thing)));
  }
}

}  // namespace

std::string cross_validation_report(const FinishedParts& run) {
  const LearningData& learning = run.input.data;
  const Dataset& data = learning.data;
  const TrainingSeries& series = run.done.series;
  const RunManifest& manifest = run.done.manifest;
  std::vector<std::int32_t> rows;
  Predictions predictions;
  const auto width = static_cast<std::size_t>(num_outputs(learning.tasks));
  const std::size_t first = first_prediction(data);
  for (const TestedRows::Row& row : run.done.tested.rows) {
    const bool is_good = data.good(static_cast<std::int32_t>(row.number - 1));
    if (!is_good || series.parts[row.part].replicate != 1) continue;
    rows.push_back(static_cast<std::int32_t>(row.number - 1));
    append_predictions(data.level, {row.fields.data() + first, width}, predictions.values);
  }
  ReportData report;
  report.title = "plstm-mol: " + run.input.options.input.path.filename().string();
  report.subtitle = fmt::format("Report of {} trainings ({}), {}", series.parts.size(), manifest.division,
                                manifest.date.substr(0, 10));
  report.facts = facts_of(run);
  report.notes = learning.notes;
  report.notes.push_back(
      fmt::format("Each row was predicted by models that had not learnt from it{}. The scores below are "
                  "those of all these rows "
                  "together; cross_validation.csv has those of each training, beside baselines.",
                  series.replicates > 1 ? "; of the replicates, the first one is shown" : ""));
  report.rows = data.level == Readout::kGraph
                    ? "rows that were not learnt"
                    : fmt::format("{} that were not learnt", level_word(data.level));
  report.targets = report_targets(data.target_names, learning.tasks);
  report.judged = judged_rows(data, rows, predictions);
  report.parts = {{report.rows, report.judged.measured}};
  report.pictures = draw_notable_rows(report, data, rows_of_judged(data, rows));
  report.settings = report_settings(run.config);
  report.command = run.input.options.command;
  report.seed = series.seed;
  return html_report(report);
}

}  // namespace plstm::mol
