#include "plstm/learn/report/html_report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <plstm/learn/plots/markup.hpp>

#include "learn/report/page.hpp"
#include "learn/report/sections.hpp"

namespace plstm {
namespace {

std::string source_section(const ReportData& data) {
  std::string html = html_facts(data.facts);
  if (data.notes.empty()) return html;
  constexpr std::size_t kMost = 30;
  html += "<ul class=\"notes\">";
  for (std::size_t i = 0; i < data.notes.size() && i < kMost; ++i) {
    html += "<li>" + escape_markup(data.notes[i]) + "</li>";
  }
  if (data.notes.size() > kMost)
    html += fmt::format("<li>{} more such notes</li>", data.notes.size() - kMost);
  return html + "</ul>\n";
}

std::string figures_of(const ReportData& data, std::size_t target) {
  switch (data.targets[target].task.type) {
    case TaskType::kClassification:
      return yes_no_figures(data, target);
    case TaskType::kMulticlass:
      return class_figures(data, target);
    case TaskType::kRegression:
      break;
  }
  return number_figures(data, target);
}

std::string target_section(const ReportData& data) {
  std::string html;
  for (std::size_t target = 0; target < data.targets.size(); ++target) {
    html += fmt::format("<h3>{}</h3><div class=\"figures\">\n{}</div>\n",
                        escape_markup(data.targets[target].name), figures_of(data, target));
  }
  return html;
}

std::string command_section(const ReportData& data) {
  std::string html;
  if (!data.command.empty()) {
    html += "<p>This command does the same again:</p><pre>" + escape_markup(data.command) + "</pre>\n";
  }
  if (!data.settings.empty()) html += "<h3>Settings</h3>" + html_facts(data.settings);
  return html;
}

struct Section {
  const char* id;
  const char* title;
  std::string html;
};

}  // namespace

std::string html_report(const ReportData& data) {
  check_report(data);
  const std::vector<ScoreTable> tables = score_tables(data);
  const std::vector<Section> sections{
      {"data", "What was learnt from what", source_section(data)},
      {"scores", "Scores", score_section(data, tables)},
      {"targets", data.targets.size() > 1 ? "Targets" : "Target", target_section(data)},
      {"training", "Learning curves", "<div class=\"figures\">" + training_figures(data) + "</div>\n"},
      {"worst", "Largest errors", worst_cards(data)},
      {"uncertain", "Least certain predictions", least_certain_cards(data)},
      {"repeat", "How to repeat", command_section(data)}};
  std::string html =
      fmt::format("<header><h1>{}</h1><p class=\"soft\">{}</p>\n{}<nav aria-label=\"Contents\">",
                  escape_markup(data.title), escape_markup(data.subtitle), score_summary(data, tables));
  for (const Section& section : sections) {
    if (!section.html.empty()) html += fmt::format("<a href=\"#{}\">{}</a>", section.id, section.title);
  }
  html += "</nav></header>\n";
  for (const Section& section : sections) {
    if (!section.html.empty()) html += html_section(section.id, section.title, section.html);
  }
  return html_page(data.title, html);
}

}  // namespace plstm
