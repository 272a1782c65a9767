#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <plstm/learn/plots/markup.hpp>
#include <plstm/learn/plots/number_format.hpp>

#include "learn/report/page.hpp"
#include "learn/report/sections.hpp"

namespace plstm {
namespace {

std::vector<double> numbers_of(const TargetScores& target, std::size_t metric) {
  std::vector<double> numbers;
  for (const PredictorScores& predictor : target.predictors)
    numbers.push_back(predictor.scores[metric].value);
  return numbers;
}

std::string interval_text(const NumberFormat& format, const Interval& interval) {
  return fmt::format("{} to {}", format_in(format, interval.low), format_in(format, interval.high));
}

// The score with its interval below.
void add_score(const NumberFormat& format, const ReportScore& score, bool model, std::vector<HtmlCell>& row) {
  const std::string value = format_in(format, score.value);
  row.push_back(
      {(model ? "<b>" + value + "</b>" : value) +
           (score.interval ? "<br><span class=\"range\">" + interval_text(format, *score.interval) + "</span>"
                           : ""),
       true});
}

std::string percent(double share) {
  // A bootstrap cannot know more than that.
  if (share > 0.995) return "> 99 %";
  if (share < 0.005) return "< 1 %";
  return fmt::format("{:.0f} %", 100 * share);
}

std::string table_html(const ReportData& data, const ScoreTable& table) {
  const bool units =
      std::ranges::any_of(table.targets, [](const auto& target) { return !target.unit.empty(); });
  std::vector<std::string> headings{"target", "predicted by"};
  for (const Metric metric : table.metrics) {
    const std::string unit = units && has_unit(metric) ? " [unit of the target]" : "";
    headings.push_back(std::string(title(metric)) + unit);
  }
  const bool compares = !data.baselines.empty();
  if (compares) headings.push_back(data.model + " better in");
  std::vector<std::vector<HtmlCell>> rows;
  for (const TargetScores& target : table.targets) {
    const auto span = static_cast<int>(target.predictors.size());
    const std::string name =
        target.unit.empty() ? target.name : fmt::format("{} [{}]", target.name, target.unit);
    for (std::size_t p = 0; p < target.predictors.size(); ++p) {
      const PredictorScores& predictor = target.predictors[p];
      std::vector<HtmlCell>& row = rows.emplace_back();
      if (p == 0) {
        const std::string rows = format_count(static_cast<long long>(target.rows)) + " rows";
        row.push_back(
            {escape_markup(name) + "<br><span class=\"range\">" + rows + "</span>", false, true, span});
      }
      const std::string predictor_name = escape_markup(predictor.name);
      row.push_back({"<span class=\"wrap\">" + (p == 0 ? "<b>" + predictor_name + "</b>" : predictor_name) +
                     "</span>"});
      for (std::size_t m = 0; m < table.metrics.size(); ++m) {
        add_score(common_format(numbers_of(target, m)), predictor.scores[m], p == 0, row);
      }
      if (compares)
        row.push_back({predictor.model_better ? escape_markup(percent(*predictor.model_better)) : "", true});
    }
  }
  return html_table("Scores", headings, rows);
}

std::string list_of(const std::vector<Metric>& metrics, Direction wanted) {
  std::string text;
  for (const Metric metric : metrics) {
    if (direction(metric) != wanted) continue;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", title(metric));
  }
  return text;
}

}  // namespace

std::string score_summary(const ReportData& data, const std::vector<ScoreTable>& tables) {
  std::string html;
  for (const ScoreTable& table : tables) {
    const TargetScores& target = table.targets.front();
    const ReportScore& score = target.predictors.front().scores.front();
    const std::string heading(title(table.metrics.front()));
    if (std::isnan(score.value)) {
      html += fmt::format("<p class=\"lead\">{} of {} is undefined on the {}.</p>\n", escape_markup(heading),
                          escape_markup(target.name), escape_markup(data.rows));
      continue;
    }
    const NumberFormat format = common_format(numbers_of(target, 0));
    const std::string unit = has_unit(table.metrics.front()) && !target.unit.empty() ? " " + target.unit : "";
    std::string sentence = fmt::format(
        "{}{}{} on {} {}: <b>{}</b>{}", escape_markup(heading), table.targets.size() > 1 ? ", " : " of ",
        escape_markup(target.name), format_count(static_cast<long long>(target.rows)),
        escape_markup(data.rows), format_in(format, score.value), escape_markup(unit));
    if (score.interval)
      sentence += fmt::format(" (95 % interval {})", interval_text(format, *score.interval));
    for (std::size_t p = 1; p < target.predictors.size(); ++p) {
      const PredictorScores& other = target.predictors[p];
      sentence += fmt::format("{}{}: {}", p == 1 ? ". Beside it, " : "; ", escape_markup(other.name),
                              format_in(format, other.scores.front().value));
    }
    html += "<p class=\"lead\">" + sentence + ".</p>\n";
  }
  return html;
}

std::string score_section(const ReportData& data, const std::vector<ScoreTable>& tables) {
  if (tables.empty()) {
    return fmt::format("<p class=\"none\">There are no {}, so nothing was judged.</p>\n",
                       escape_markup(data.rows));
  }
  std::string html;
  for (const ScoreTable& table : tables) {
    html += table_html(data, table);
    const std::string lower = list_of(table.metrics, Direction::kLowerIsBetter);
    const std::string higher = list_of(table.metrics, Direction::kHigherIsBetter);
    html += fmt::format(
        "<p class=\"soft\">{}{}Below each score stands its 95\u00a0% interval from a bootstrap of the "
        "rows{}.</p>\n",
        lower.empty() ? "" : escape_markup(lower) + ": lower is better. ",
        higher.empty() ? "" : escape_markup(higher) + ": higher is better. ",
        data.baselines.empty()
            ? ""
            : fmt::format("; the last column says in how many of the resamples {} has the better {}",
                          escape_markup(data.model), title(table.metrics.front())));
  }
  return html;
}

}  // namespace plstm
