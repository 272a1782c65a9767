#include "report_molecules.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include <plstm/chem/explain/drawing.hpp>
#include <plstm/chem/molecule.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/report/notable_rows.hpp>
#include <plstm/learn/report/unit_in.hpp>

#include "trained.hpp"

namespace plstm::mol {
namespace {

// "row 12, aspirin"
std::string row_label(const Dataset& data, std::int32_t row) {
  const auto at = static_cast<std::size_t>(row);
  const std::string id = data.ids.size() > at ? data.ids[at] : "";
  return fmt::format("row {}{}{}", row + 1, id.empty() ? "" : ", ", id);
}

// A molecule that cannot be drawn has no picture.
std::string draw(const std::string& smiles) {
  try {
    return draw_molecule(parse_smiles(smiles));
  } catch (const Error&) {
    return {};
  }
}

// The networks and the companion of a model, each as a model of its own.
std::vector<TrainedModel> parts_of(const Predictor& predictor) {
  std::vector<TrainedModel> parts;
  std::shared_ptr<const Companion> companion;
  for (const TrainedModel& member : predictor.members()) {
    parts.push_back(member);
    parts.back().companion = nullptr;
    if (member.companion != nullptr) companion = member.companion;
  }
  if (companion != nullptr) {
    auto alone = std::make_shared<Companion>(*companion);
    alone->share = 1;
    parts.push_back(predictor.members().front());
    parts.back().companion = std::move(alone);
  }
  return parts;
}

}  // namespace

std::vector<ReportTarget> report_targets(const std::vector<std::string>& names,
                                         const std::vector<Task>& tasks) {
  std::vector<ReportTarget> targets;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const bool number = tasks[i].type == TaskType::kRegression;
    targets.push_back({names[i], number ? unit_in(names[i]) : "", tasks[i]});
  }
  return targets;
}

std::vector<double> measured_values(const Dataset& data, std::span<const std::int32_t> rows) {
  std::vector<double> values;
  for (const std::int32_t row : rows) {
    for (Index task = 0; task < data.targets.cols(); ++task) {
      values.push_back(data.present(row, task) != 0 ? data.targets(row, task)
                                                    : std::numeric_limits<double>::quiet_NaN());
    }
  }
  return values;
}

ReportRows judged_rows(const Dataset& data, std::span<const std::int32_t> rows,
                       const Matrix<double>& predictions, std::vector<double> spread) {
  ReportRows judged;
  for (const std::int32_t row : rows) {
    judged.labels.push_back(row_label(data, row));
    judged.details.push_back(data.smiles[static_cast<std::size_t>(row)]);
  }
  judged.measured = measured_values(data, rows);
  judged.predicted.assign(predictions.data(), predictions.data() + predictions.size());
  judged.spread = std::move(spread);
  return judged;
}

std::vector<double> spread_of_members(const Predictor& predictor, std::span<const PreparedGraph> graphs,
                                      std::span<const std::int32_t> chosen) {
  std::vector<TrainedModel> parts = parts_of(predictor);
  if (parts.size() < 2 || chosen.empty()) return {};
  Matrix<double> sum, squares;
  Matrix<double> first;  // differences from it do not cancel
  const auto count = static_cast<double>(parts.size());
  for (TrainedModel& part : parts) {
    std::vector<TrainedModel> alone;
    alone.push_back(std::move(part));
    const Matrix<double> values = predict(Predictor(std::move(alone)), graphs, chosen);
    if (first.size() == 0) {
      first = values;
      sum = squares = Matrix<double>::Zero(values.rows(), values.cols());
    }
    sum += values - first;
    squares += (values - first).cwiseAbs2();
  }
  const Matrix<double> variance = (squares - sum.cwiseAbs2() / count).cwiseMax(0.0) / (count - 1);
  const Matrix<double> spread = variance.cwiseSqrt();
  return {spread.data(), spread.data() + spread.size()};
}

std::vector<ReportPicture> draw_notable_rows(const ReportData& report, const Dataset& data,
                                             std::span<const std::int32_t> rows) {
  std::map<std::size_t, ReportPicture> pictures;
  for (const NotableRow& notable : worst_rows(report)) pictures[notable.row].row = notable.row;
  for (const NotableRow& notable : least_certain_rows(report)) pictures[notable.row].row = notable.row;
  std::vector<ReportPicture> result;
  for (auto& [row, picture] : pictures) result.push_back(std::move(picture));
  parallel_for(result.size(), 1, [&](std::size_t i) {
    result[i].svg = draw(data.smiles[static_cast<std::size_t>(rows[result[i].row])]);
  });
  return result;
}

}  // namespace plstm::mol
