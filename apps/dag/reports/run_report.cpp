#include "run_report.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include <plstm/learn/plots/number_format.hpp>
#include <plstm/learn/report/html_report.hpp>
#include <plstm/learn/report/report_certainty.hpp>
#include <plstm/learn/report/report_facts.hpp>

#include "dag/train/training_recipe.hpp"
#include "judged_things.hpp"

namespace plstm::dag {
namespace {

std::vector<TaskType> types_of(const std::vector<Task>& tasks) {
  std::vector<TaskType> types;
  for (const Task& task : tasks) types.push_back(task.type);
  return types;
}

std::vector<ReportFact> facts_of(const FinishedRun& run) {
  const LearningData& data = run.data;
  const Split& split = data.division.split;
  const std::string parts = data.division.over_things ? things_word(data.labels.level) : "graphs";
  std::vector<ReportFact> facts = data_facts(data, run.manifest);
  std::ranges::move(
      std::vector<ReportFact>{
          {"Training " + parts, format_count(std::ssize(split.train))},
          {"Validation " + parts, format_count(std::ssize(split.validation))},
          {"Test " + parts, format_count(std::ssize(split.test))},
          {"Divided",
           run.options.part.empty() ? data.division.text : data.division.text + ", " + run.options.part},
          {"Targets", names_text(data.labels.names)},
          {"Kind of targets", kinds_text(types_of(data.labels.tasks))},
          {"Members", members_text(run.manifest)},
          {"Seed", fmt::to_string(run.options.seed)},
          {"Date (UTC)", run.manifest.date},
          {"Version", run.manifest.version}},
      std::back_inserter(facts));
  return facts;
}

std::vector<ReportPart> parts_of(const LearningData& data) {
  const Split& split = data.division.split;
  const auto values = [&](const std::vector<std::int32_t>& part) {
    return measured_values(data.labels, data.things_of_part(part));
  };
  return {{"training", values(split.train)},
          {"validation", values(split.validation)},
          {"test", values(split.test)}};
}

}  // namespace

std::vector<ReportFact> report_settings(const std::string& config) {
  constexpr std::array<std::string_view, 10> kSaid{"version", "data_paths", "data_sha256", "seed",  "targets",
                                                   "classes", "task_types", "split",       "parts", "schema"};
  return settings_facts(config, kSaid);
}

std::vector<ReportFact> data_facts(const LearningData& data, const RunManifest& manifest) {
  std::int64_t nodes = 0, edges = 0;
  for (const GraphRecord& record : data.records) {
    nodes += record.num_nodes;
    edges += std::ssize(record.edges);
  }
  return {{"Data", manifest.data_path},
          {"SHA-256 of the data", manifest.data_sha256},
          {"Graphs", format_count(std::ssize(data.records))},
          {"Nodes", format_count(nodes)},
          {"Edges", format_count(edges)}};
}

std::string run_report(const FinishedRun& run) {
  const RecordLabels& labels = run.data.labels;
  ReportData report;
  report.title = "plstm-dag: " + run.options.input.paths.front().filename().string();
  report.subtitle = fmt::format("Report of a training, {}", run.manifest.date.substr(0, 10));
  report.facts = facts_of(run);
  report.notes = run.data.notes;
  report.model = network_name(run.options);
  report.rows = "test " + things_word(labels.level);
  report.samples = things_word(labels.level);
  report.targets = report_targets(labels.names, labels.tasks);
  report.judged.measured = measured_values(labels, run.things);
  report.judged.predicted = run.predictions.values;
  add_certainty(run.predictor, run.predictions, report.judged.confidence, report);
  for (const NamedPredictions& baseline : run.baselines) {
    report.baselines.push_back(
        {baseline.name, {baseline.values.data(), baseline.values.data() + baseline.values.size()}});
  }
  report.parts = parts_of(run.data);
  report.metric = std::string(name(run.settings.training.metric));
  report.histories.assign(run.histories.begin(), run.histories.end());
  name_shown_rows(run.data.records, labels, run.things, report);
  report.settings = report_settings(run.config);
  report.command = run.options.command;
  report.seed = run.options.seed;
  return html_report(report);
}

}  // namespace plstm::dag
