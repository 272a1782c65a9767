#include "run_report.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/learn/plots/number_format.hpp>
#include <plstm/learn/report/html_report.hpp>
#include <plstm/learn/report/report_certainty.hpp>
#include <plstm/learn/report/report_facts.hpp>

#include "mol/things/thing_rows.hpp"
#include "mol/train/division.hpp"
#include "report_molecules.hpp"

namespace plstm::mol {
namespace {

std::vector<ReportFact> facts_of(const FinishedRun& run) {
  const Dataset& data = run.data.data;
  const RunOptions& options = run.options;
  const Split& split = run.data.split;
  std::vector<ReportFact> facts{
      {"Data", options.input.path.string()},
      {"SHA-256 of the data",
       run.data.sha256.empty() ? "not known, as the data came through a pipe" : run.data.sha256},
      {"Rows", format_count(data.num_rows())},
      {"Rows that cannot be used", format_count(data.num_bad_rows())},
      {"Training rows", format_count(std::ssize(split.train))},
      {"Validation rows", format_count(std::ssize(split.validation))},
      {"Test rows", format_count(std::ssize(split.test))},
      {"Split", options.part.empty() ? split_text(options) : split_text(options) + ", " + options.part},
      {"Targets", names_text(data.target_names)},
      {"Kind of targets", kinds_text(options.types)},
      {"Members", members_text(run.manifest)},
      {"Seed", fmt::to_string(options.seed)},
      {"Date (UTC)", run.manifest.date},
      {"Version", run.manifest.version}};
  if (data.level != Readout::kGraph) {
    const auto tested = facts.begin() + 7;
    facts.insert(tested, {fmt::format("Test {}", level_word(data.level)),
                          format_count(num_labelled(data, split.test))});
  }
  if (data.num_molecules > 1) {
    const auto place = std::ranges::find(facts, "Targets", &ReportFact::name);
    facts.insert(place,
                 {"Molecules of a row", fmt::format("{}", fmt::join(options.input.smiles_columns, ", "))});
  }
  if (!data.column_names.empty()) {
    const auto place = std::ranges::find(facts, "Kind of targets", &ReportFact::name);
    facts.insert(place,
                 {"Columns beside the molecule", fmt::format("{}", fmt::join(data.column_names, ", "))});
  }
  return facts;
}

std::vector<ReportPart> parts_of(const LearningData& data) {
  const Split& split = data.split;
  return {{"training", measured_values(data.data, split.train)},
          {"validation", measured_values(data.data, split.validation)},
          {"test", measured_values(data.data, split.test)}};
}

}  // namespace

std::vector<ReportFact> report_settings(const std::string& config) {
  constexpr std::array<std::string_view, 8> kSaid{"version", "data_path", "data_sha256",    "rows_sha256",
                                                  "seed",    "task_type", "target_columns", "classes"};
  return settings_facts(config, kSaid);
}

std::string run_report(const FinishedRun& run) {
  const Dataset& data = run.data.data;
  const std::vector<std::int32_t>& rows = run.data.split.test;
  ReportData report;
  report.title = "plstm-mol: " + run.options.input.path.filename().string();
  report.subtitle = fmt::format("Report of a training, {}", run.manifest.date.substr(0, 10));
  report.facts = facts_of(run);
  report.notes = run.data.notes;
  report.targets = report_targets(data.target_names, run.data.tasks);
  const std::span<const PreparedGraph> graphs = run.data.graphs.graphs();
  const std::vector<std::int32_t> chosen = run.data.graphs_of(rows);
  const Predictions predictions =
      in_judged_order(data, rows, run.predictor.predict_with_errors(graphs, chosen));
  if (data.level != Readout::kGraph) report.rows = fmt::format("test {}", level_word(data.level));
  report.judged = judged_rows(data, rows, predictions);
  add_certainty(run.predictor, predictions, report.judged.confidence, report);
  for (const NamedPredictions& baseline : run.baselines) {
    report.baselines.push_back(
        {baseline.name, {baseline.values.data(), baseline.values.data() + baseline.values.size()}});
  }
  report.parts = parts_of(run.data);
  report.metric = std::string(name(run.settings.training.metric));
  report.histories.assign(run.histories.begin(), run.histories.end());
  const std::vector<std::int32_t> judged = rows_of_judged(data, rows);
  report.pictures =
      draw_notable_rows(report, run.predictor, {data, judged, graphs, run.data.graphs_of(judged), true});
  report.settings = report_settings(run.config);
  report.command = run.options.command;
  report.seed = run.options.seed;
  return html_report(report);
}

}  // namespace plstm::mol
