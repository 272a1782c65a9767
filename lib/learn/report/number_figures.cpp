#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <plstm/learn/report/curves.hpp>
#include <plstm/learn/report/histogram.hpp>
#include <plstm/learn/report/number_format.hpp>

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

std::string parity_figure(const ReportTarget& target, const TargetRows& rows) {
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
  const Plot plot{fmt::format("Predicted and measured {}", target.name),
                  measured,
                  predicted,
                  {{equal, PlotColour::kNeutral, "predicted = measured"},
                   {dots, PlotColour::kBlue, "", opacity_for(rows.rows.size())}}};
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

std::string spread_figure(const ReportTarget& target, const TargetRows& rows) {
  constexpr const char* kTitle = "Spread of the members and error";
  if (rows.spread.empty()) {
    return html_no_figure(kTitle, "The model has one member, so there is no spread to compare errors with.");
  }
  std::vector<double> errors;
  for (std::size_t i = 0; i < rows.measured.size(); ++i) {
    errors.push_back(rows.predicted[i] - rows.measured[i]);
  }
  const std::vector<SpreadBin> bins = error_by_spread(rows.spread, errors);
  if (bins.size() < 2) {
    return html_no_figure(
        kTitle, fmt::format("{} rows are too few to compare spreads and errors.", rows.measured.size()));
  }
  PlotLine line;
  PlotDots dots{{}, 3.5};
  for (const SpreadBin& bin : bins) line.points.push_back({bin.spread, bin.error});
  dots.points = line.points;
  const Plot plot{fmt::format("Errors of {} beside the spread of the members", target.name),
                  {with_unit("spread of the members", target)},
                  {with_unit("RMSE", target), 0},
                  {{line, PlotColour::kBlue, "", 0.5}, {dots, PlotColour::kBlue}}};
  return html_figure(
      kTitle, plot,
      fmt::format("Each dot has about {} rows of similar spread. A line that rises says that members "
                  "agree less where the error is larger.",
                  bins.front().count));
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
    html += parity_figure(what, rows) + residual_figure(what, rows) + residual_histogram(data, what, rows) +
            spread_figure(what, rows);
  }
  return html + number_distribution(data, target);
}

}  // namespace plstm
