#include "cross_validation_report.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

#include <plstm/data/number.hpp>
#include <plstm/learn/cross_validation/part_scores.hpp>
#include <plstm/learn/plots/number_format.hpp>
#include <plstm/learn/report/html_report.hpp>
#include <plstm/learn/report/report_facts.hpp>

#include "dag/graph_tables.hpp"
#include "dag/reports/judged_things.hpp"
#include "dag/reports/run_report.hpp"
#include "dag/train/training_recipe.hpp"

namespace plstm::dag {
namespace {

std::vector<ReportFact> facts_of(const FinishedParts& run) {
  const RunManifest& manifest = run.done.manifest;
  const TrainingSeries& series = run.done.series;
  std::vector<ReportFact> facts = data_facts(run.data, manifest);
  std::ranges::move(std::vector<ReportFact>{{"Targets", names_text(run.data.labels.names)},
                                            {"Division", series.division},
                                            {"Trainings", format_count(std::ssize(series.parts))},
                                            {"Models of all trainings", fmt::to_string(manifest.members)},
                                            {"Seed", fmt::to_string(series.seed)},
                                            {"Date (UTC)", manifest.date},
                                            {"Version", manifest.version}},
                    std::back_inserter(facts));
  for (const Metric metric : run.metrics) {
    facts.push_back({fmt::format("{} of the trainings", title(metric)), mean_score_text(series, metric)});
  }
  return facts;
}

}  // namespace

std::string cross_validation_report(const FinishedParts& run) {
  const RecordLabels& labels = run.data.labels;
  const TrainingSeries& series = run.done.series;
  const RunManifest& manifest = run.done.manifest;
  const std::string word = things_word(labels.level);
  ReportData report;
  report.title = "plstm-dag: " + run.options.input.paths.front().filename().string();
  report.subtitle = fmt::format("Report of {} trainings ({}), {}", series.parts.size(), manifest.division,
                                manifest.date.substr(0, 10));
  report.facts = facts_of(run);
  report.notes = run.data.labels.notes;
  report.notes.push_back(fmt::format(
      "Each of the {} was predicted by models that had not learnt from it{}. The scores below are "
      "those of all of them together; cross_validation.csv has those of each training, beside "
      "baselines.",
      word, series.replicates > 1 ? "; of the replicates, the first one is shown" : ""));
  report.model = network_name(run.options);
  report.rows = word + " that were not learnt";
  report.samples = word;
  report.targets = report_targets(labels.names, labels.tasks);
  std::vector<std::int32_t> things;
  const std::size_t first = thing_columns(labels.level).size() + labels.names.size();
  const auto width = static_cast<std::size_t>(num_outputs(labels.tasks));
  for (const TestedRows::Row& row : run.done.tested.rows) {
    if (series.parts[row.part].replicate != 1) continue;
    things.push_back(static_cast<std::int32_t>(row.number));
    for (std::size_t column = 0; column < width; ++column)
      report.judged.predicted.push_back(parse_double(row.fields[first + column]));
  }
  report.judged.measured = measured_values(labels, things);
  report.parts = {{report.rows, report.judged.measured}};
  name_shown_rows(run.data.records, labels, things, report);
  report.settings = report_settings(run.config);
  report.command = run.options.command;
  report.seed = series.seed;
  return html_report(report);
}

}  // namespace plstm::dag
