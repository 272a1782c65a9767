#include "evaluation_report.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include <plstm/core/files/digest.hpp>
#include <plstm/learn/plots/number_format.hpp>
#include <plstm/learn/report/html_report.hpp>
#include <plstm/learn/report/report_certainty.hpp>
#include <plstm/learn/report/report_facts.hpp>
#include <plstm/learn/run_folder.hpp>

#include "mol/things/thing_rows.hpp"
#include "report_molecules.hpp"

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

std::vector<ReportFact> facts_of(const Evaluation& evaluation) {
  std::error_code none;
  const bool file = fs::is_regular_file(evaluation.input, none);
  std::vector<ReportFact> facts{
      {"Data", evaluation.input.string()},
      {"SHA-256 of the data",
       file ? sha256_of_file(evaluation.input) : "not known, as the data came through a pipe"},
      {"Judged rows", format_count(std::ssize(evaluation.good))},
      {"Rows that cannot be used", format_count(std::ssize(evaluation.rows) - std::ssize(evaluation.good))},
      {"Members", format_count(std::ssize(evaluation.predictor.members()))},
      {"Date (UTC)", run_date()},
      {"Version", std::string("plstm-mol ") + PLSTM_VERSION}};
  for (const fs::path& path : evaluation.models)
    std::ranges::move(model_facts(path, "rows"), std::back_inserter(facts));
  return facts;
}

// Whether the only model learnt from the data that is read.
bool learnt_from(const Evaluation& evaluation) {
  std::error_code none;
  if (evaluation.models.size() != 1 || !fs::is_directory(evaluation.models.front())) return false;
  const std::optional<RunManifest> manifest = read_run_manifest(evaluation.models.front());
  return manifest && fs::is_regular_file(evaluation.input, none) &&
         manifest->data_sha256 == sha256_of_file(evaluation.input);
}

}  // namespace

std::string evaluation_report(const Evaluation& evaluation) {
  const TrainedModel& model = evaluation.predictor.members().front();
  ReportData report;
  report.title = "plstm-mol: " + evaluation.input.filename().string();
  report.subtitle = fmt::format("Report of an evaluation, {}", run_date().substr(0, 10));
  report.facts = facts_of(evaluation);
  report.notes.assign(evaluation.notes.begin(), evaluation.notes.end());
  report.rows = evaluation.rows_name;
  if (evaluation.data.level != Readout::kGraph) {
    report.rows = fmt::format("{} of the {}", level_word(evaluation.data.level), evaluation.rows_name);
  }
  report.targets = report_targets(model.target_names, model.tasks);
  report.judged = judged_rows(evaluation.data, evaluation.good, evaluation.predictions);
  add_certainty(evaluation.predictor, evaluation.predictions, evaluation.confidence, report);
  report.parts = {{report.rows, measured_values(evaluation.data, evaluation.good)}};
  const std::vector<std::int32_t> judged = rows_of_judged(evaluation.data, evaluation.good);
  report.pictures =
      draw_notable_rows(report, evaluation.predictor,
                        {evaluation.data, judged, evaluation.data.graphs, judged, learnt_from(evaluation)});
  report.command = evaluation.command;
  return html_report(report);
}

}  // namespace plstm::mol
