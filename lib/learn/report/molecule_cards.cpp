#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <plstm/learn/plots/markup.hpp>
#include <plstm/learn/plots/number_format.hpp>
#include <plstm/learn/report/notable_rows.hpp>

#include "learn/report/page.hpp"
#include "learn/report/sections.hpp"
#include "learn/report/target_text.hpp"

namespace plstm {
namespace {

std::string line(const std::string& name, const std::string& value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escape_markup(name), escape_markup(value));
}

// Measured, predicted, and what follows from both.
std::string numbers_of(const ReportData& data, const NotableRow& notable) {
  const ReportTarget& target = data.targets[notable.target];
  const std::vector<ReportColumns> columns = report_columns(data.targets);
  const auto width = static_cast<std::size_t>(columns.back().first + columns.back().count);
  const double measured = data.judged.measured[notable.row * data.targets.size() + notable.target];
  const std::size_t at = notable.row * width + static_cast<std::size_t>(columns[notable.target].first);
  std::string html = line("target", target.name);
  if (target.task.type == TaskType::kRegression) {
    std::vector<double> values{data.judged.predicted[at]};
    if (!std::isnan(measured)) values.push_back(measured);
    const NumberFormat format = common_format(values);
    const std::string unit = target.unit.empty() ? "" : " " + target.unit;
    const auto text = [&](double value) { return format_in(format, value) + unit; };
    html += line("measured", std::isnan(measured) ? "not measured" : text(measured)) +
            line("predicted", text(values[0]));
    if (!std::isnan(measured)) html += line("error", text(values[0] - measured));
    if (!data.judged.uncertainty.empty()) {
      html += line(data.judged.uncertainty_name, text(data.judged.uncertainty[at]));
    }
    if (!data.judged.low.empty()) {
      const std::size_t of_target = notable.row * data.targets.size() + notable.target;
      const double low = data.judged.low[of_target], high = data.judged.high[of_target];
      const std::string name = fmt::format("{:.4g} % interval", 100 * data.judged.confidence);
      if (std::isfinite(low) && std::isfinite(high)) {
        html += line(name, fmt::format("{} to {}", format_in(format, low), text(high)));
      }
    }
    return html;
  }
  html += line("measured", measured_text(target, measured));
  std::vector<double> probabilities{1 - data.judged.predicted[at], data.judged.predicted[at]};
  if (target.task.type == TaskType::kMulticlass) {
    const auto begin = data.judged.predicted.begin() + static_cast<std::ptrdiff_t>(at);
    probabilities.assign(begin, begin + columns[notable.target].count);
  }
  const std::size_t c = likeliest(probabilities);
  return html +
         line("predicted", fmt::format("{} ({:.1f} %)", class_text(target, c), 100 * probabilities[c]));
}

std::string neighbours_of(const ReportData& data, const NotableRow& notable, const ReportPicture& picture) {
  if (picture.neighbours.empty()) return {};
  const ReportNeighbour& nearest = picture.neighbours.front();
  std::string text;
  for (std::size_t i = 0; i < picture.neighbours.size(); ++i) {
    const ReportNeighbour& neighbour = picture.neighbours[i];
    const std::string measured =
        neighbour.measured.empty()
            ? ""
            : ", " + measured_text(data.targets[notable.target], neighbour.measured[notable.target]);
    text += fmt::format("<p>{}{} (similarity {:.2f}{})</p>", i == 0 ? "Nearest in training: " : "",
                        escape_markup(fit_text(neighbour.label, 60)), neighbour.similarity,
                        escape_markup(measured));
  }
  const bool drawn = !nearest.svg.empty();
  return fmt::format("<div class=\"near{}\">{}<div>{}</div></div>", drawn ? "" : " alone",
                     drawn ? "<div class=\"drawing\">" + nearest.svg + "</div>" : "", text);
}

std::string card(const ReportData& data, const NotableRow& notable) {
  const auto picture = std::ranges::find(data.pictures, notable.row, &ReportPicture::row);
  std::string html = "<article class=\"card\">";
  if (picture != data.pictures.end() && !picture->svg.empty()) {
    html += "<div class=\"drawing\">" + picture->svg + "</div>";
  }
  const bool named = !data.judged.labels.empty(), detailed = !data.judged.details.empty(),
             pictured = picture != data.pictures.end();
  const std::string label = named      ? data.judged.labels[notable.row]
                            : pictured ? picture->label
                                       : fmt::format("row {}", notable.row + 1);
  html += "<h4>" + escape_markup(fit_text(label, 60)) + "</h4>";
  const std::string detail = detailed             ? data.judged.details[notable.row]
                             : pictured && !named ? picture->detail
                                                  : "";
  if (detailed || !detail.empty()) {
    html += "<p class=\"code\">" + escape_markup(fit_text(detail, 90)) + "</p>";
  }
  html += "<dl>" + numbers_of(data, notable) + "</dl>";
  if (pictured) {
    if (!picture->warning.empty()) html += "<p class=\"warning\">" + escape_markup(picture->warning) + "</p>";
    html += neighbours_of(data, notable, *picture);
  }
  return html + "</article>\n";
}

std::string cards(const ReportData& data, const std::vector<NotableRow>& rows, const std::string& otherwise) {
  if (rows.empty()) return "<p class=\"none\">" + escape_markup(otherwise) + "</p>\n";
  std::string html = "<div class=\"cards\">";
  for (const NotableRow& row : rows) html += card(data, row);
  return html + "</div>\n";
}

}  // namespace

std::string worst_cards(const ReportData& data) {
  return cards(data, worst_rows(data), fmt::format("There are no {} with measured values.", data.rows));
}

std::string least_certain_cards(const ReportData& data) {
  const bool no_rows = num_rows(data) == 0;
  return cards(data, least_certain_rows(data),
               no_rows ? fmt::format("There are no {}.", data.rows)
                       : "The model does not say how certain its predictions of numbers are.");
}

}  // namespace plstm
