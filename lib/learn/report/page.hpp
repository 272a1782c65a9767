#pragma once

#include <string>
#include <vector>

#include <plstm/learn/plots/plot.hpp>
#include <plstm/learn/report/report_data.hpp>

namespace plstm {

// Pieces of a page. Arguments named `html` are inserted as they are, all others are escaped.

/// A cell of a table.
struct HtmlCell {
  std::string html;
  bool number = false;  ///< its digits stand below those of the next row
  bool heading = false;
  int rows = 1;  ///< that the cell spans
};

/// A table in a box of its own, which scrolls where it is too wide for the page.
std::string html_table(const std::string& label, const std::vector<std::string>& headings,
                       const std::vector<std::vector<HtmlCell>>& rows);

/// A plot with its title, its legend, and a sentence below.
std::string html_figure(const std::string& title, const Plot& plot, const std::string& caption);

/// Contents in the place of a plot.
std::string html_box(const std::string& title, const std::string& html, const std::string& caption = {});

/// A sentence in the place of a plot that cannot be drawn.
std::string html_no_figure(const std::string& title, const std::string& sentence);

/// Names with values, a line each.
std::string html_facts(const std::vector<ReportFact>& facts);

std::string html_section(const std::string& id, const std::string& title, const std::string& html);

/// The whole page around its contents.
std::string html_page(const std::string& title, const std::string& html);

}  // namespace plstm
