#include "evaluation_report.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include <plstm/learn/plots/number_format.hpp>
#include <plstm/learn/report/html_report.hpp>
#include <plstm/learn/report/report_certainty.hpp>
#include <plstm/learn/report/report_facts.hpp>
#include <plstm/learn/run_folder.hpp>

#include "judged_things.hpp"

namespace plstm::dag {
namespace {

std::vector<ReportFact> facts_of(const Evaluation& evaluation) {
  std::vector<std::string> inputs;
  for (const std::filesystem::path& path : evaluation.inputs) inputs.push_back(path.string());
  std::vector<ReportFact> facts{{"Data", names_text(inputs)},
                                {"SHA-256 of the data", evaluation.sha256},
                                {"Graphs", format_count(std::ssize(evaluation.records))},
                                {"Graphs that cannot be used", format_count(evaluation.num_bad)},
                                {"Members", fmt::to_string(evaluation.predictor.num_networks())},
                                {"Date (UTC)", run_date()},
                                {"Version", std::string("plstm-dag ") + PLSTM_VERSION}};
  for (const std::filesystem::path& path : evaluation.models)
    std::ranges::move(model_facts(path, "graphs"), std::back_inserter(facts));
  return facts;
}

}  // namespace

std::string evaluation_report(const Evaluation& evaluation) {
  const TrainedModel& model = evaluation.predictor.predictor().members().front();
  const RecordLabels& labels = evaluation.labels;
  std::vector<std::int32_t> things(static_cast<std::size_t>(labels.offsets.back()));
  std::iota(things.begin(), things.end(), 0);
  ReportData report;
  report.title = "plstm-dag: " + evaluation.inputs.front().filename().string();
  report.subtitle = fmt::format("Report of an evaluation, {}", run_date().substr(0, 10));
  report.facts = facts_of(evaluation);
  report.notes.assign(evaluation.notes.begin(), evaluation.notes.end());
  report.rows = report.samples = things_word(labels.level);
  report.targets = report_targets(model.target_names, model.tasks);
  report.judged.measured = measured_values(labels, things);
  report.judged.predicted = evaluation.predictions.values;
  if (evaluation.predictor.num_schemas() == 1) {
    add_certainty(evaluation.predictor.predictor(), evaluation.predictions, evaluation.confidence, report);
  }
  report.parts = {{report.rows, report.judged.measured}};
  name_shown_rows(evaluation.records, labels, things, report);
  report.command = evaluation.command;
  return html_report(report);
}

}  // namespace plstm::dag
