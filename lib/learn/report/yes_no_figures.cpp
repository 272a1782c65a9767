#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <plstm/learn/plots/histogram.hpp>
#include <plstm/learn/plots/number_format.hpp>
#include <plstm/learn/report/curves.hpp>
#include <plstm/train/objectives/metrics.hpp>

#include "learn/report/page.hpp"
#include "learn/report/part_figures.hpp"
#include "learn/report/sections.hpp"
#include "learn/report/target_text.hpp"

namespace plstm {
namespace {

constexpr const char* kRoc = "ROC curve";
constexpr const char* kPrecision = "Precision and recall";

constexpr PlotColour kBaselineColours[]{PlotColour::kOrange, PlotColour::kGreen, PlotColour::kPurple};

// A baseline that says the same of all rows has no curve.
bool varies(const std::vector<double>& values) {
  const auto [low, high] = std::ranges::minmax_element(values);
  return *low < *high;
}

std::string area_text(const std::string& name, const std::optional<double>& area) {
  return fmt::format("{} ({:.3f})", name, area.value_or(0));
}

// Layers of the model and of the baselines that have a curve, the model above.
template <class Layer>
std::vector<PlotLayer> layers_of(const ReportData& data, const TargetRows& rows, const Layer& layer) {
  std::vector<PlotLayer> layers;
  for (std::size_t b = 0; b < data.baselines.size(); ++b) {
    if (!varies(rows.baselines[b])) continue;
    layers.push_back(layer(data.baselines[b].name, rows.baselines[b],
                           kBaselineColours[layers.size() % std::size(kBaselineColours)]));
  }
  layers.push_back(layer(data.model, rows.predicted, PlotColour::kBlue));
  return layers;
}

std::string roc_figure(const ReportData& data, const ReportTarget& target, const TargetRows& rows) {
  Plot plot{fmt::format("ROC curve of {}", target.name),
            {"false positive rate", 0, 1},
            {"true positive rate", 0, 1},
            {{PlotLine{{{0, 0}, {1, 1}}, 1.2, true}, PlotColour::kNeutral, "chance (0.5)"}}};
  const auto curve = [&](const std::string& name, const std::vector<double>& scores, PlotColour colour) {
    return PlotLayer{PlotLine{roc_curve(scores, rows.measured), 2}, colour,
                     area_text(name, roc_auc(scores, rows.measured))};
  };
  for (PlotLayer& layer : layers_of(data, rows, curve)) plot.layers.push_back(std::move(layer));
  return html_figure(kRoc, plot,
                     fmt::format("Areas in brackets. {} rows, positive is '{}'.",
                                 format_count(std::ssize(rows.rows)), class_text(target, 1)));
}

std::string precision_figure(const ReportData& data, const ReportTarget& target, const TargetRows& rows) {
  double positives = 0;
  for (const double label : rows.measured) positives += label;
  const double share = positives / static_cast<double>(rows.measured.size());
  Plot plot{fmt::format("Precision and recall of {}", target.name),
            {"recall", 0, 1},
            {"precision", 0, 1},
            {{PlotLine{{{0, share}, {1, share}}, 1.2, true}, PlotColour::kNeutral,
              fmt::format("chance ({:.3f})", share)}}};
  const auto curve = [&](const std::string& name, const std::vector<double>& scores, PlotColour colour) {
    std::vector<PlotPoint> points = precision_recall_curve(scores, rows.measured);
    points.insert(points.begin(), {0, points.front().y});
    return PlotLayer{PlotSteps{std::move(points), 2}, colour, area_text(name, pr_auc(scores, rows.measured))};
  };
  for (PlotLayer& layer : layers_of(data, rows, curve)) plot.layers.push_back(std::move(layer));
  return html_figure(kPrecision, plot, "Average precisions in brackets.");
}

std::string probability_figure(const ReportTarget& target, const TargetRows& rows) {
  constexpr std::size_t kBins = 20;
  std::vector<double> edges;
  for (std::size_t i = 0; i <= kBins; ++i) edges.push_back(static_cast<double>(i) / kBins);
  Plot plot{fmt::format("Predicted probabilities of {} by measured class", target.name),
            {fmt::format("predicted probability of '{}'", class_text(target, 1)), 0, 1},
            {"rows of the class [%]", 0},
            {}};
  for (std::size_t c = 0; c < 2; ++c) {
    std::vector<double> heights(kBins);
    double count = 0;
    for (std::size_t i = 0; i < rows.measured.size(); ++i) {
      if ((rows.measured[i] > 0.5) != (c == 1)) continue;
      const double place = std::clamp(rows.predicted[i], 0.0, 1.0) * kBins;
      ++heights[std::min(static_cast<std::size_t>(place), kBins - 1)];
      ++count;
    }
    if (count == 0) continue;
    for (double& height : heights) height *= 100 / count;
    plot.layers.push_back({PlotHistogram{edges, heights}, c == 1 ? PlotColour::kBlue : PlotColour::kOrange,
                           fmt::format("measured '{}' ({})", class_text(target, c),
                                       format_count(static_cast<long long>(count)))});
  }
  return html_figure("Predicted probabilities", plot,
                     "The further apart the two classes are, the better they are told apart.");
}

}  // namespace

std::string yes_no_figures(const ReportData& data, std::size_t target) {
  const ReportTarget& what = data.targets[target];
  const TargetRows rows = rows_of_target(data, target);
  std::string html;
  if (rows.rows.empty()) {
    html += html_no_figure(kRoc,
                           fmt::format("No row of the {} has a measured value of {}.", data.rows, what.name));
  } else {
    if (varies(rows.measured)) {
      html += roc_figure(data, what, rows) + precision_figure(data, what, rows);
    } else {
      const std::string only = class_text(what, static_cast<std::size_t>(rows.measured.front()));
      html += html_no_figure(
          "ROC curve, precision and recall",
          fmt::format("All {} measured values of the {} are '{}'. These curves compare two classes.",
                      format_count(std::ssize(rows.rows)), data.rows, only));
    }
    html += reliability_figure(rows.predicted, rows.measured,
                               fmt::format("predicted probability of '{}'", class_text(what, 1))) +
            probability_figure(what, rows);
  }
  return html + coverage_figure(data, target) + class_distribution(data, target);
}

}  // namespace plstm
