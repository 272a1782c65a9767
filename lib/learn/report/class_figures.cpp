#include <algorithm>

#include <fmt/format.h>

#include <plstm/learn/plots/markup.hpp>
#include <plstm/learn/plots/number_format.hpp>
#include <plstm/learn/report/curves.hpp>

#include "learn/report/page.hpp"
#include "learn/report/part_figures.hpp"
#include "learn/report/sections.hpp"
#include "learn/report/target_text.hpp"

namespace plstm {
namespace {

constexpr std::size_t kMostClasses = 30;  // of the table of confusions

// [measured][predicted]
using Confusion = std::vector<std::vector<std::int64_t>>;

Confusion confusion_of(const TargetRows& rows, std::size_t classes) {
  Confusion counts(classes, std::vector<std::int64_t>(classes));
  for (std::size_t i = 0; i < rows.measured.size(); ++i) {
    ++counts[static_cast<std::size_t>(rows.measured[i])][likeliest(rows.classes[i])];
  }
  return counts;
}

std::string confusion_figure(const ReportTarget& target, const TargetRows& rows) {
  constexpr const char* kTitle = "Measured and predicted classes";
  const std::size_t classes = num_classes(target);
  if (classes > kMostClasses) {
    return html_no_figure(kTitle, fmt::format("{} classes are too many for a table.", classes));
  }
  const Confusion counts = confusion_of(rows, classes);
  std::vector<std::string> headings{"measured \\ predicted"};
  for (std::size_t c = 0; c < classes; ++c) headings.push_back(fit_text(class_text(target, c), 9));
  std::vector<std::vector<HtmlCell>> cells;
  for (std::size_t measured = 0; measured < classes; ++measured) {
    std::int64_t all = 0;
    for (const std::int64_t count : counts[measured]) all += count;
    std::vector<HtmlCell>& row = cells.emplace_back();
    row.push_back({escape_markup(class_text(target, measured)), false, true});
    for (std::size_t c = 0; c < classes; ++c) {
      const std::int64_t count = counts[measured][c];
      const double share = all > 0 ? static_cast<double>(count) / static_cast<double>(all) : 0;
      row.push_back({fmt::format(R"(<span class="heat {}" style="--h:{:.0f}%">{}</span>)",
                                 c == measured ? "right" : "wrong", 75 * share, format_count(count)),
                     true});
    }
  }
  return html_box(
      kTitle, html_table(kTitle, headings, cells),
      "A row has the rows of one measured class. The darker, the larger is its share. Blue is right, "
      "orange is wrong.");
}

}  // namespace

std::string class_figures(const ReportData& data, std::size_t target) {
  const ReportTarget& what = data.targets[target];
  const TargetRows rows = rows_of_target(data, target);
  std::string html;
  if (rows.rows.empty()) {
    html += html_no_figure("Measured and predicted classes",
                           fmt::format("No row of the {} has a measured value of {}.", data.rows, what.name));
  } else {
    std::vector<double> probabilities, right;
    for (std::size_t i = 0; i < rows.measured.size(); ++i) {
      const std::size_t c = likeliest(rows.classes[i]);
      probabilities.push_back(rows.classes[i][c]);
      right.push_back(static_cast<double>(c) == rows.measured[i] ? 1 : 0);
    }
    html += confusion_figure(what, rows) +
            reliability_figure(probabilities, right, "probability of the predicted class");
  }
  return html + coverage_figure(data, target) + class_distribution(data, target);
}

}  // namespace plstm
