#include "plstm/data/dags/record_set.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/attribute_value.hpp>
#include <plstm/data/missing.hpp>
#include <plstm/data/number.hpp>

namespace plstm {
namespace {

using Columns = std::vector<AttributeColumn> GraphRecord::*;

[[noreturn]] void refuse(const GraphRecord& record, const std::string& problem) {
  throw FileError(fmt::format("{}: graph '{}': {}", record.place, record.name, problem));
}

// A number, where the file writes one: in a table, which has texts alone, also a text that looks like one.
std::optional<double> number_in(const GraphRecord& record, const AttributeValue& value) {
  if (record.typed && !std::holds_alternative<double>(value)) return std::nullopt;
  return number_of(value);
}

bool is_missing_value(const GraphRecord& record, const AttributeValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return is_nothing(value) || (!record.typed && text != nullptr && is_missing(*text));
}

// "7", but neither "07" nor "+7".
std::optional<std::int32_t> code_in(std::string_view text) {
  constexpr std::int32_t kMostCode = 1 << 20;
  std::int32_t code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  const bool is_whole =
      error == std::errc() && end == text.data() + text.size() && code >= 0 && code < kMostCode;
  if (!is_whole || std::to_string(code) != text) return std::nullopt;
  return code;
}

float as_float(const GraphRecord& record, const std::string& attribute, double number) {
  if (std::abs(number) <= std::numeric_limits<float>::max()) return static_cast<float>(number);
  refuse(record, fmt::format("'{}' is {}, which is too large for a graph file", attribute, number));
}

// Whether reading the file gives another number.
bool is_rounded(float kept, double number) {
  return parse_double(format_number(kept)) != number;
}

// What becomes of an attribute of nodes or edges.
struct ColumnPlan {
  std::string name;
  bool is_number = true;
  bool are_codes = true;           // its texts are codes already
  std::int32_t vocabulary = 1;     // of codes
  std::vector<std::string> texts;  // ascending, where they are no codes already
};

// The attributes of nodes or edges of all graphs that have any, in the order in which they first come.
class TablePlan {
 public:
  TablePlan(std::span<const GraphRecord> records, Columns columns, const char* what)
      : columns_(columns), what_(what) {
    for (const GraphRecord& record : records) {
      for (const AttributeColumn& column : record.*columns_) {
        if (std::ranges::find(plans_, column.name, &ColumnPlan::name) == plans_.end())
          plans_.emplace_back().name = column.name;
      }
    }
    for (ColumnPlan& plan : plans_) decide(records, plan);
  }

  std::vector<std::int32_t> vocabulary_sizes() const {
    std::vector<std::int32_t> sizes;
    for (const ColumnPlan& plan : plans_) {
      if (!plan.is_number) sizes.push_back(plan.vocabulary);
    }
    return sizes;
  }
  std::int32_t num_values() const {
    return static_cast<std::int32_t>(std::ranges::count_if(plans_, &ColumnPlan::is_number));
  }

  void add_legend(std::vector<std::string>& legend) const {
    constexpr std::size_t kMostTexts = 100;
    std::size_t codes = 0, values = 0;
    for (const ColumnPlan& plan : plans_) {
      if (plan.is_number) {
        legend.push_back(fmt::format("{} value {}: {}", what_, ++values, plan.name));
        continue;
      }
      std::string texts;
      for (std::size_t i = 0; i < plan.texts.size() && i < kMostTexts; ++i)
        texts += fmt::format("{}{} {}", i == 0 ? " (" : ", ", i, plan.texts[i]);
      if (plan.texts.size() > kMostTexts) texts += ", ...";
      legend.push_back(
          fmt::format("{} code {}: {}{}", what_, ++codes, plan.name, texts.empty() ? "" : texts + ")"));
    }
  }

  // Fills the tables of one graph, row after row. Returns how many numbers were rounded.
  std::int64_t fill(const GraphRecord& record, std::size_t things, std::vector<std::int32_t>& codes,
                    std::vector<float>& values) const {
    std::int64_t rounded = 0;
    std::vector<const AttributeColumn*> columns;
    for (const ColumnPlan& plan : plans_) columns.push_back(find_attribute(record.*columns_, plan.name));
    for (std::size_t thing = 0; thing < things; ++thing) {
      for (std::size_t i = 0; i < plans_.size(); ++i) {
        const AttributeValue& value = columns[i]->values[thing];
        if (plans_[i].is_number) {
          const double number = *number_in(record, value);
          values.push_back(as_float(record, plans_[i].name, number));
          rounded += is_rounded(values.back(), number) ? 1 : 0;
        } else {
          codes.push_back(code_of(plans_[i], value));
        }
      }
    }
    return rounded;
  }

 private:
  static std::int32_t code_of(const ColumnPlan& plan, const AttributeValue& value) {
    const std::string text = text_of(value);
    if (plan.are_codes) return *code_in(text);
    return static_cast<std::int32_t>(std::ranges::lower_bound(plan.texts, text) - plan.texts.begin());
  }

  std::size_t num_things(const GraphRecord& record) const {
    return columns_ == &GraphRecord::node_attributes ? static_cast<std::size_t>(record.num_nodes)
                                                     : record.edges.size();
  }

  void decide(std::span<const GraphRecord> records, ColumnPlan& plan) const {
    std::set<std::string> texts;
    const GraphRecord* with_text = nullptr;
    bool has_numbers = false;
    for (const GraphRecord& record : records) {
      if (num_things(record) == 0) continue;
      const AttributeColumn* column = find_attribute(record.*columns_, plan.name);
      if (column == nullptr) refuse_missing(record, plan.name);
      for (const AttributeValue& value : column->values) {
        if (is_missing_value(record, value)) refuse_missing(record, plan.name);
        if (std::holds_alternative<std::vector<std::string>>(value)) {
          refuse(record, fmt::format("{} attribute '{}' is a list, for which a graph file has no place",
                                     what_, plan.name));
        }
        texts.insert(text_of(value));
        const std::optional<double> number = number_in(record, value);
        has_numbers = has_numbers || (number.has_value() && record.typed);
        if (!number.has_value() && with_text == nullptr) with_text = &record;
      }
    }
    plan.is_number = with_text == nullptr;
    if (plan.is_number) return;
    if (has_numbers) {
      refuse(*with_text,
             fmt::format("{} attribute '{}' is a text here and a number elsewhere; a column of a graph "
                         "file has one of them",
                         what_, plan.name));
    }
    plan.are_codes =
        std::ranges::all_of(texts, [](const std::string& text) { return code_in(text).has_value(); });
    if (plan.are_codes) {
      for (const std::string& text : texts) plan.vocabulary = std::max(plan.vocabulary, *code_in(text) + 1);
    } else {
      plan.texts.assign(texts.begin(), texts.end());
      plan.vocabulary = static_cast<std::int32_t>(texts.size());
    }
  }

  [[noreturn]] void refuse_missing(const GraphRecord& record, const std::string& name) const {
    refuse(record, fmt::format("{} attribute '{}' is missing, and a graph file has a value of each {}", what_,
                               name, what_));
  }

  Columns columns_;
  const char* what_;
  std::vector<ColumnPlan> plans_;
};

// The names of all attributes of graphs, in the order in which they first come.
std::vector<std::string> label_names_of(std::span<const GraphRecord> records) {
  std::vector<std::string> names;
  for (const GraphRecord& record : records) {
    for (const AttributeColumn& column : record.graph_attributes) {
      const std::string& name = column.name;
      if (std::ranges::find(names, name) != names.end()) continue;
      if (name.empty() || trim(name) != name || name.find_first_of("\r\n") != std::string::npos) {
        refuse(record,
               fmt::format("graph attribute '{}': names of labels in a graph file are not empty, have one "
                           "line, and no blanks at their ends",
                           name));
      }
      names.push_back(name);
    }
  }
  return names;
}

// Returns how many numbers were rounded.
std::int64_t add_labels(const GraphRecord& record, GraphSet& set) {
  std::int64_t rounded = 0;
  for (const std::string& name : set.label_names) {
    const AttributeColumn* column = find_attribute(record.graph_attributes, name);
    if (column == nullptr || is_missing_value(record, column->values.front())) {
      set.labels.push_back(0);
      set.present.push_back(0);
      continue;
    }
    const std::optional<double> number = number_in(record, column->values.front());
    if (!number.has_value()) {
      refuse(record, fmt::format("graph attribute '{}' is {}, and labels of a graph file are numbers", name,
                                 in_quotes(column->values.front())));
    }
    set.labels.push_back(as_float(record, name, *number));
    set.present.push_back(1);
    rounded += is_rounded(set.labels.back(), *number) ? 1 : 0;
  }
  return rounded;
}

}  // namespace

RecordSet make_record_set(std::span<const GraphRecord> records) {
  const TablePlan nodes(records, &GraphRecord::node_attributes, "node");
  const TablePlan edges(records, &GraphRecord::edge_attributes, "edge");
  RecordSet result;
  GraphSet& set = result.set;
  set.node_vocabulary_sizes = nodes.vocabulary_sizes();
  set.edge_vocabulary_sizes = edges.vocabulary_sizes();
  set.node_value_width = nodes.num_values();
  set.edge_value_width = edges.num_values();
  set.label_names = label_names_of(records);
  nodes.add_legend(result.legend);
  edges.add_legend(result.legend);
  for (const GraphRecord& record : records) {
    AttributedGraph graph;
    graph.dag = dag_of(record, {.parallel = ParallelEdges::kKeep});
    graph.node_code_width = static_cast<std::int32_t>(set.node_vocabulary_sizes.size());
    graph.edge_code_width = static_cast<std::int32_t>(set.edge_vocabulary_sizes.size());
    graph.node_value_width = set.node_value_width;
    graph.edge_value_width = set.edge_value_width;
    result.rounded +=
        nodes.fill(record, static_cast<std::size_t>(record.num_nodes), graph.node_codes, graph.node_values);
    result.rounded += edges.fill(record, record.edges.size(), graph.edge_codes, graph.edge_values);
    result.rounded += add_labels(record, set);
    set.graphs.push_back(std::move(graph));
  }
  return result;
}

}  // namespace plstm
