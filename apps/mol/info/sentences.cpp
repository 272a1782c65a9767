#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/learn/report/unit_in.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

#include "mol/things/thing_rows.hpp"
#include "support/json_text.hpp"
#include "told.hpp"

namespace plstm::mol {
namespace {

using Json = nlohmann::ordered_json;
using Lines = std::vector<std::string>;

constexpr std::size_t kMostNamedTargets = 20;  // that are named one by one

std::string counted(std::int64_t count, const std::string& what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// "2026-11-30T01:52:35Z"
std::string date_text(const std::string& date) {
  if (date.size() < 16 || date[10] != 'T') return date;
  return fmt::format("{} at {} (UTC)", date.substr(0, 10), date.substr(11, 5));
}

std::string files_text(const Told& told) {
  return fmt::format("{} {}", told.path.string(),
                     told.run.has_value() ? "is the folder of a training." : "holds a trained model.");
}

void add_training(const Told& told, Lines& lines) {
  if (!told.run.has_value()) {
    lines.emplace_back(
        "The file does not say from which data it was trained, when, by which version and with which scores; "
        "the "
        "folder of its run does.");
    return;
  }
  const RunManifest& run = *told.run;
  lines.push_back(fmt::format("It was trained on {} ({} rows) by {}, and finished on {}. The seed was {}.",
                              run.data_path, run.rows, run.version, date_text(run.date), run.seed));
  lines.push_back(run.data_sha256.empty()
                      ? "The SHA-256 of the data is not known, as they came through a pipe."
                      : fmt::format("The SHA-256 of the data is {}.", run.data_sha256));
  if (!run.parts.empty()) {
    lines.push_back(
        fmt::format("It has {} ({}), and a prediction is the mean of the networks of all of them.",
                    counted(std::ssize(run.parts), "training"), run.division));
  }
  if (run.stopped) {
    lines.push_back(
        fmt::format("The training was stopped: it has {} of {} networks, as good as they were then.",
                    run.members, run.planned_members));
  }
}

void add_split(const Told& told, Lines& lines) {
  if (!told.run.has_value()) return;
  if (!told.split.has_value()) {
    if (told.run->parts.empty()) lines.emplace_back("How the rows were divided is not known.");
    return;
  }
  const auto rows = [](const std::vector<std::int32_t>& part) {
    return counted(std::ssize(part), "row") + (part.size() == 1 ? " was" : " were");
  };
  lines.push_back(fmt::format("{} learnt from, {} used to choose the best epoch, and {} tested{}.",
                              rows(told.split->train), rows(told.split->validation), rows(told.split->test),
                              told.split_kind.empty() ? "" : fmt::format(" (split: {})", told.split_kind)));
}

std::string metrics_text(const Json& metrics) {
  std::string text;
  for (const auto& [metric, value] : metrics.items()) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", metric,
                        value.is_number() ? fmt::format("{:.4g}", value.get<double>()) : "not defined");
  }
  return text;
}

// {"pLSTM": {"all": {"rmse": 1.2}, "<target>": {...}}, "<baseline>": {...}}
void add_scores(const Told& told, Lines& lines) {
  if (!told.run.has_value()) return;
  const Json scores = apps::try_parse_json(told.run->scores);
  if (!scores.is_object() || scores.empty()) {
    lines.emplace_back("It has no scores, as there were no test rows.");
    return;
  }
  lines.emplace_back(told.run->parts.empty()
                         ? "It has these scores on the test rows:"
                         : "Its trainings have these scores on their test rows, in the mean:");
  for (const auto& [predictor, targets] : scores.items()) {
    if (!targets.is_object()) continue;
    std::size_t named = 0;
    for (const auto& [target, metrics] : targets.items()) {
      if (!metrics.is_object() || (target != "all" && ++named > kMostNamedTargets)) continue;
      lines.push_back(fmt::format("  {}{}: {}", predictor,
                                  target == "all" ? "" : fmt::format(" on {}", target),
                                  metrics_text(metrics)));
    }
    if (named > kMostNamedTargets) {
      lines.push_back(fmt::format("  {} on {} further targets: see test_scores.json", predictor,
                                  named - kMostNamedTargets));
    }
  }
}

std::string kind_text(const Task& task, const std::string& name) {
  if (task.type == TaskType::kRegression) {
    const std::string unit = unit_in(name);
    return unit.empty() ? "a number (regression)" : fmt::format("a number in {} (regression)", unit);
  }
  const std::string kind(plstm::name(task.type));
  if (!task.class_names.empty()) {
    return fmt::format("one of the classes {} ({})", fmt::join(task.class_names, ", "), kind);
  }
  if (task.type == TaskType::kClassification)
    return fmt::format("yes or no, by the probability of class 1 ({})", kind);
  return fmt::format("one of the classes 0 to {} ({})", task.classes - 1, kind);
}

void add_targets(const Told& told, Lines& lines) {
  const TrainedModel& model = told.models.front();
  const std::size_t count = model.target_names.size();
  const bool of_things = model.config.readout != Readout::kGraph;
  const std::string each =
      of_things ? fmt::format(" of each {}", level_word(model.config.readout, true)) : "";
  if (count > 1) lines.push_back(fmt::format("It predicts {} targets{}:", count, each));
  for (std::size_t i = 0; i < std::min(count, kMostNamedTargets); ++i) {
    const Task& task = model.tasks[i];
    std::string text =
        fmt::format("{}{}: {}", count > 1 ? "  " : "It predicts ",
                    model.target_names[i] + (count > 1 ? "" : each), kind_text(task, model.target_names[i]));
    if (task.type == TaskType::kRegression && model.scaler.has_value()) {
      text += fmt::format(", with the mean {:.4g} and the standard deviation {:.4g} in training",
                          model.scaler->mean()[i], model.scaler->scale()[i]);
    }
    lines.push_back(text + (count > 1 ? "" : "."));
  }
  if (count > kMostNamedTargets)
    lines.push_back(fmt::format("  and {} more, which --json names", count - kMostNamedTargets));
}

void add_reading(const Told& told, Lines& lines) {
  const FeaturizeOptions options = parse_featurizer(told.models.front().featurizer);
  lines.push_back(options.standardize.any()
                      ? fmt::format("Molecules are standardised before it reads them: {}.",
                                    fmt::join(names(options.standardize), ", "))
                      : "Molecules are read as they are written, without standardising.");
  Lines read{"atoms", "bonds"};
  if (options.hydrogens) read.emplace_back("hydrogens as atoms");
  if (options.atom_values) read.emplace_back("physical contributions of atoms");
  if (options.molecule_values) read.emplace_back("descriptors of the whole molecule");
  lines.push_back(fmt::format("The networks read {}. Bonds are directed by orientation '{}'.",
                              fmt::join(read, ", "), name(options.orientation)));
  if (!options.molecules.empty()) {
    lines.push_back(fmt::format("A row has {} molecules: {}.", options.molecules.size(),
                                fmt::join(options.molecules, ", ")));
  }
  if (options.columns.empty()) return;
  Lines columns;
  for (std::size_t i = 0; i < options.columns.size(); ++i) {
    std::string& text = columns.emplace_back(options.columns[i]);
    if (!told.learnt.has_value() || i >= told.learnt->columns.size()) continue;
    const SeenColumn& seen = told.learnt->columns[i];
    if (seen.lowest > seen.highest) continue;
    text += fmt::format(" ({} to {} in training{})", static_cast<float>(seen.lowest),
                        static_cast<float>(seen.highest), seen.missing ? ", sometimes missing" : "");
  }
  lines.push_back(fmt::format("Beside the molecule it reads the column{} {}.", columns.size() > 1 ? "s" : "",
                              fmt::join(columns, ", ")));
}

void add_networks(const Told& told, Lines& lines) {
  const TrainedModel& model = told.models.front();
  const ParameterLayout layout = make_graph_model(model.config).layout;
  lines.push_back(fmt::format("It has {} of {} parameters and width {}; products are computed in {}.",
                              counted(std::ssize(told.models), "network"), layout.num_values(),
                              model.config.width, name(model.precision)));
  std::vector<double> shares;
  const Companion* last = nullptr;
  for (const TrainedModel& each : told.models) {
    if (each.companion != nullptr && each.companion.get() != last)
      shares.push_back(100 * each.companion->share);
    last = each.companion.get();
  }
  if (shares.empty()) {
    lines.emplace_back("No kernel regression (companion) is beside them.");
    return;
  }
  const Companion& companion = *told.models.front().companion;
  lines.push_back(
      fmt::format("Beside {} is kernel regression on counts of substructures{} (companion) with {}{}, which "
                  "makes {:.0f} % of a prediction.",
                  shares.size() > 1 ? "those of each training" : "them",
                  companion.ridge.descriptors.width() > 0 ? " and descriptors" : "",
                  counted(companion.ridge.num_landmarks(), "landmark"),
                  companion.forest.empty() ? "" : " and random forests", fmt::join(shares, ", ")));
}

void add_certainty(const Told& told, Lines& lines) {
  if (told.calibration != nullptr) {
    std::vector<std::int64_t> rows;
    for (const ConformalScores& scores : told.calibration->scores) rows.push_back(scores.count);
    if (rows.size() > kMostNamedTargets) rows.resize(kMostNamedTargets);
    lines.push_back(fmt::format("It says how sure it is, from its errors on {} held-out {}{}.",
                                fmt::join(rows, ", "),
                                told.models.front().config.readout == Readout::kGraph
                                    ? "rows"
                                    : level_word(told.models.front().config.readout),
                                rows.size() > 1 ? " (of each target or class)" : ""));
  } else if (told.run.has_value() && !told.run->parts.empty()) {
    lines.push_back(fmt::format(
        "Each training says how sure it is, but their mean does not; name one of them, such as {}, for that.",
        (told.path / told.run->parts.front().folder).string()));
  } else {
    lines.emplace_back(
        "It does not say how sure it is: its errors on rows that were held out of all its networks are not "
        "known.");
  }
  if (!told.learnt.has_value()) return;
  lines.push_back(fmt::format(
      "It has learnt from molecules of {} to {} {}; the nearest are found among {} of them{}.",
      told.learnt->fewest_atoms, told.learnt->most_atoms,
      parse_featurizer(told.models.front().featurizer).hydrogens ? "atoms with hydrogens" : "heavy atoms",
      told.learnt->compared,
      told.learnt->trainings > 1 ? ", some of which may be in several trainings" : ""));
}

}  // namespace

std::vector<std::string> sentences_of(const Told& told) {
  Lines lines{files_text(told)};
  add_training(told, lines);
  if (!told.changed.empty()) {
    lines.push_back(
        fmt::format("These files are not as the training wrote them: {}.", fmt::join(told.changed, ", ")));
  }
  add_split(told, lines);
  add_targets(told, lines);
  add_scores(told, lines);
  add_reading(told, lines);
  add_networks(told, lines);
  add_certainty(told, lines);
  return lines;
}

}  // namespace plstm::mol
