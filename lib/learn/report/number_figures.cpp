#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <plstm/learn/plots/histogram.hpp>
#include <plstm/learn/plots/number_format.hpp>
#include <plstm/learn/report/curves.hpp>

#include "learn/report/page.hpp"
#include "learn/report/part_figures.hpp"
#include "learn/report/sections.hpp"
#include "learn/report/target_text.hpp"

namespace plstm {
namespace {

// Dots of many rows let those below shine through.
double opacity_for(std::size_t rows) {
  return rows > 300 ? 0.5 : rows > 60 ? 0.7 : 0.9;
}

// Intervals of the predictions, where they are known and not too many to be seen.
PlotWhiskers intervals_of(const TargetRows& rows) {
  constexpr std::size_t kMost = 400;
  PlotWhiskers whiskers;
  for (std::size_t i = 0; i < rows.low.size() && rows.low.size() <= kMost; ++i) {
    if (std::isfinite(rows.low[i]) && std::isfinite(rows.high[i])) {
      whiskers.whiskers.push_back({rows.measured[i], rows.low[i], rows.high[i]});
    }
  }
  return whiskers;
}

std::string parity_figure(const ReportData& data, const ReportTarget& target, const TargetRows& rows) {
  PlotDots dots;
  double low = rows.measured.front(), high = low;
  for (std::size_t i = 0; i < rows.measured.size(); ++i) {
    dots.points.push_back({rows.measured[i], rows.predicted[i]});
    low = std::min({low, rows.measured[i], rows.predicted[i]});
    high = std::max({high, rows.measured[i], rows.predicted[i]});
  }
  // One range for both axes, so that the line of equal values is the diagonal.
  const double margin = low < high ? 0.04 * high - 0.04 * low : std::max(std::abs(low) / 2, 0.5);
  const PlotAxis measured{with_unit("measured", target), low - margin, high + margin};
  const PlotAxis predicted{with_unit("predicted", target), measured.low, measured.high};
  const PlotLine equal{{{measured.low, measured.low}, {measured.high, measured.high}}, 1.2, true};
  PlotWhiskers intervals = intervals_of(rows);
  Plot plot{fmt::format("Predicted and measured {}", target.name),
            measured,
            predicted,
            {{equal, PlotColour::kNeutral, "predicted = measured"},
             {dots, PlotColour::kBlue, "", opacity_for(rows.rows.size())}}};
  if (!intervals.whiskers.empty()) {
    plot.layers.insert(plot.layers.begin() + 1,
                       {std::move(intervals), PlotColour::kBlue,
                        fmt::format("{:.4g} % intervals", 100 * data.judged.confidence), 0.22});
  }
  return html_figure(
      "Predicted and measured", plot,
      fmt::format("{} rows. A perfect model has all dots on the line.", format_count(std::ssize(rows.rows))));
}

std::string residual_figure(const ReportTarget& target, const TargetRows& rows) {
  PlotDots dots;
  for (std::size_t i = 0; i < rows.measured.size(); ++i) {
    dots.points.push_back({rows.predicted[i], rows.predicted[i] - rows.measured[i]});
  }
  const auto [low, high] = std::ranges::minmax_element(rows.predicted);
  const PlotLine zero{{{*low, 0}, {*high, 0}}, 1.2, true};
  const Plot plot{fmt::format("Residuals of {} beside predictions", target.name),
                  {with_unit("predicted", target)},
                  {with_unit("predicted \u2212 measured", target)},
                  {{zero, PlotColour::kNeutral, "no error"},
                   {dots, PlotColour::kBlue, "", opacity_for(rows.rows.size())}}};
  return html_figure("Residuals", plot, "A cloud that bends or widens says where the model errs more.");
}

std::string residual_histogram(const ReportData& data, const ReportTarget& target, const TargetRows& rows) {
  std::vector<std::vector<double>> groups(1 + data.baselines.size());
  for (std::size_t i = 0; i < rows.measured.size(); ++i) {
    groups[0].push_back(rows.predicted[i] - rows.measured[i]);
    for (std::size_t b = 0; b < data.baselines.size(); ++b) {
      groups[b + 1].push_back(rows.baselines[b][i] - rows.measured[i]);
    }
  }
  const Histogram histogram = make_histogram(groups);
  Plot plot{fmt::format("Distribution of the residuals of {}", target.name),
            {with_unit("predicted \u2212 measured", target)},
            {"rows [%]", 0},
            {}};
  constexpr PlotColour kColours[]{PlotColour::kBlue, PlotColour::kOrange, PlotColour::kGreen,
                                  PlotColour::kPurple};
  for (std::size_t i = 0; i < groups.size() && i < std::size(kColours); ++i) {
    // The last baselines are the strongest ones.
    const std::size_t group = i == 0 ? 0 : groups.size() - i;
    plot.layers.push_back({PlotHistogram{histogram.edges, percent_of_group(histogram, group)}, kColours[i],
                           group == 0 ? data.model : data.baselines[group - 1].name});
  }
  std::ranges::reverse(plot.layers);  // the model above the others
  return html_figure("Distribution of the residuals", plot, "The narrower around 0, the better.");
}

// Whether errors are larger where the model says so.
std::string uncertainty_figure(const ReportData& data, const ReportTarget& target, const TargetRows& rows) {
  const std::string& what = data.judged.uncertainty_name;
  constexpr const char* kTitle = "Uncertainty and error";
  if (rows.uncertainty.empty()) {
    return html_no_figure(
        kTitle, "The model does not say how certain it is, so that errors cannot be compared with that.");
  }
  std::vector<double> errors;
  for (std::size_t i = 0; i < rows.measured.size(); ++i) {
    errors.push_back(std::abs(rows.predicted[i] - rows.measured[i]));
  }
  const std::vector<UncertaintyBin> bins = error_by_uncertainty(rows.uncertainty, errors);
  if (bins.size() < 2) {
    return html_no_figure(
        kTitle, fmt::format("{} rows are too few to compare uncertainty and errors.", rows.measured.size()));
  }
  PlotLine line;
  PlotDots dots{{}, 3.5};
  for (const UncertaintyBin& bin : bins) line.points.push_back({bin.uncertainty, bin.error});
  dots.points = line.points;
  Plot plot{fmt::format("Errors of {} beside the {}", target.name, what),
            {with_unit(what, target)},
            {with_unit("mean absolute error", target), 0},
            {{line, PlotColour::kBlue, "", 0.5},
             {dots, PlotColour::kBlue, fmt::format("{} rows each", bins.front().count)}}};
  if (data.judged.expects_errors) {
    const double low = bins.front().uncertainty, high = bins.back().uncertainty;
    const PlotLine equal{{{low, low}, {high, high}}, 1.2, true};
    plot.layers.insert(plot.layers.begin(), {equal, PlotColour::kNeutral, "as expected"});
  }
  return html_figure(kTitle, plot,
                     fmt::format("Rows by rising {}. Rank correlation with the absolute error: {:.2f}.", what,
                                 rank_correlation(rows.uncertainty, errors)));
}

}  // namespace

std::string number_figures(const ReportData& data, std::size_t target) {
  const ReportTarget& what = data.targets[target];
  const TargetRows rows = rows_of_target(data, target);
  std::string html;
  if (rows.rows.empty()) {
    html += html_no_figure("Predicted and measured",
                           fmt::format("No row of the {} has a measured value of {}.", data.rows, what.name));
  } else {
    html += parity_figure(data, what, rows) + residual_figure(what, rows) +
            residual_histogram(data, what, rows) + uncertainty_figure(data, what, rows) +
            coverage_figure(data, target);
  }
  return html + number_distribution(data, target);
}

}  // namespace plstm
