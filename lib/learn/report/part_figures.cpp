#include "learn/report/part_figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include <plstm/learn/plots/histogram.hpp>
#include <plstm/learn/plots/markup.hpp>
#include <plstm/learn/plots/number_format.hpp>
#include <plstm/learn/report/curves.hpp>

#include "learn/report/page.hpp"
#include "learn/report/target_text.hpp"

namespace plstm {
namespace {

constexpr std::array kPartColours{PlotColour::kBlue, PlotColour::kOrange, PlotColour::kGreen,
                                  PlotColour::kPurple, PlotColour::kNeutral};
constexpr const char* kDistribution = "Distribution by part";

// Measured values of a target in a part.
std::vector<double> values_of(const ReportData& data, const ReportPart& part, std::size_t target) {
  std::vector<double> values;
  for (std::size_t at = target; at < part.measured.size(); at += data.targets.size()) {
    if (!std::isnan(part.measured[at])) values.push_back(part.measured[at]);
  }
  return values;
}

std::string share_cell(double count, double all) {
  const double percent = all > 0 ? 100 * count / all : 0;
  return fmt::format(
      R"({} <span class="range">({:.1f} %)</span><span class="share"><i style="width:{:.0f}%"></i></span>)",
      format_count(static_cast<long long>(count)), percent, percent);
}

}  // namespace

std::string number_distribution(const ReportData& data, std::size_t target) {
  const ReportTarget& what = data.targets[target];
  std::vector<std::vector<double>> groups;
  for (const ReportPart& part : data.parts) groups.push_back(values_of(data, part, target));
  const Histogram histogram = make_histogram(groups);
  if (histogram.edges.empty()) return html_no_figure(kDistribution, "There are no measured values to show.");
  Plot plot{fmt::format("Distribution of {} by part of the data", what.name),
            {with_unit(what.name, what)},
            {"rows of the part [%]", 0},
            {}};
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].empty()) continue;
    plot.layers.push_back({PlotHistogram{histogram.edges, percent_of_group(histogram, i)},
                           kPartColours[i % kPartColours.size()],
                           fmt::format("{} ({})", data.parts[i].name, format_count(std::ssize(groups[i])))});
  }
  return html_figure(
      kDistribution, plot,
      fmt::format("Parts whose outlines differ much were measured on other {}.", data.samples));
}

std::string class_distribution(const ReportData& data, std::size_t target) {
  const ReportTarget& what = data.targets[target];
  if (data.parts.empty()) return html_no_figure(kDistribution, "There are no measured values to show.");
  constexpr std::size_t kMost = 40;  // classes in the table
  const std::size_t classes = num_classes(what), shown = std::min(classes, kMost);
  std::vector<std::string> headings{"class"};
  std::vector<std::vector<double>> counts;
  for (const ReportPart& part : data.parts) {
    headings.push_back(part.name);
    std::vector<double>& count = counts.emplace_back(classes);
    for (const double value : values_of(data, part, target)) ++count[static_cast<std::size_t>(value)];
  }
  std::vector<std::vector<HtmlCell>> rows;
  for (std::size_t c = 0; c < shown; ++c) {
    std::vector<HtmlCell>& row = rows.emplace_back();
    row.push_back({escape_markup(class_text(what, c)), false, true});
    for (const std::vector<double>& count : counts) {
      double all = 0;
      for (const double each : count) all += each;
      row.push_back({share_cell(count[c], all), true});
    }
  }
  return html_box(kDistribution, html_table("Rows of each class by part", headings, rows),
                  shown < classes ? fmt::format("{} more classes are not shown.", classes - shown)
                                  : "Rows of each class, and their share of the part.");
}

std::string coverage_figure(const ReportData& data, std::size_t target) {
  if (data.coverage.empty() || data.coverage[target].empty()) return {};
  const ReportTarget& what = data.targets[target];
  const bool numbers = what.task.type == TaskType::kRegression;
  const char* title = numbers ? "Coverage of the intervals" : "Coverage of the sets of classes";
  PlotDots dots{{}, 3.5};
  PlotWhiskers whiskers;
  std::string caption;
  for (const ReportCoverage& level : data.coverage[target]) {
    if (level.rows == 0) continue;
    const auto rows = static_cast<double>(level.rows), held = static_cast<double>(level.held);
    const ShareInterval interval = wilson_interval(held, rows);
    dots.points.push_back({level.confidence, held / rows});
    whiskers.whiskers.push_back({level.confidence, interval.low, interval.high});
    if (std::abs(level.confidence - data.judged.confidence) > 1e-9) continue;
    caption = fmt::format("At {:.4g} % confidence {:.1f} % of {} values are held", 100 * level.confidence,
                          100 * held / rows, format_count(level.rows));
    if (!numbers) caption += fmt::format("; a set has {:.2f} classes in the mean", level.size);
    if (numbers && std::isfinite(level.size)) {
      caption += "; the mean width is " + measured_text(what, level.size);
    }
    caption += ". ";
  }
  if (dots.points.empty()) return {};
  const Plot plot{fmt::format("{} of {}", title, what.name),
                  {"confidence", 0, 1},
                  {"share of the values that are held", 0, 1},
                  {{PlotLine{{{0, 0}, {1, 1}}, 1.2, true}, PlotColour::kNeutral, "as promised"},
                   {whiskers, PlotColour::kBlue, "", 0.7},
                   {dots, PlotColour::kBlue, "observed"}}};
  return html_figure(title, plot, caption + "Vertical lines are 95\u00a0% intervals (Wilson).");
}

std::string reliability_figure(const std::vector<double>& probabilities, const std::vector<double>& labels,
                               const std::string& axis) {
  const std::vector<ReliabilityBin> bins = reliability(probabilities, labels);
  if (bins.empty()) return html_no_figure("Reliability", "There are no measured values to show.");
  PlotDots dots{{}, 3.5};
  PlotWhiskers whiskers;
  for (const ReliabilityBin& bin : bins) {
    dots.points.push_back({bin.predicted, bin.observed});
    whiskers.whiskers.push_back({bin.predicted, bin.low, bin.high});
  }
  const Plot plot{"Reliability: observed shares beside predicted probabilities",
                  {axis, 0, 1},
                  {"observed share", 0, 1},
                  {{PlotLine{{{0, 0}, {1, 1}}, 1.2, true}, PlotColour::kNeutral, "perfectly calibrated"},
                   {whiskers, PlotColour::kBlue, "", 0.7},
                   {dots, PlotColour::kBlue, "rows in ten ranges of probability"}}};
  return html_figure(
      "Reliability", plot,
      fmt::format("Vertical lines are 95\u00a0% intervals (Wilson). Expected calibration error: {:.3f}.",
                  expected_calibration_error(bins)));
}

}  // namespace plstm
