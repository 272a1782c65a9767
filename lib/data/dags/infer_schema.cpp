#include "plstm/data/dags/infer_schema.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/attribute_value.hpp>
#include <plstm/data/missing.hpp>

namespace plstm {
namespace {

using Columns = std::vector<AttributeColumn> GraphRecord::*;
using Records = std::span<const GraphRecord* const>;

// What is known of a text of an attribute.
struct TextFacts {
  std::int64_t count = 0;
  std::int64_t graphs = 0;
  std::size_t last_graph = static_cast<std::size_t>(-1);
};

// What all graphs say of one attribute.
struct Facts {
  std::map<std::string, TextFacts> texts;  // of numbers, too, as long as there are not too many
  std::vector<double> numbers;
  std::int64_t present = 0, missing = 0, sets = 0, words = 0;  // words: values that are no numbers
  std::string first_word;                                      // with its place, for messages
};

constexpr std::size_t kMostTexts = 200'000;  // that are counted

void add_text(const std::string& text, std::size_t graph, Facts& facts) {
  const auto found = facts.texts.find(text);
  if (found == facts.texts.end() && facts.texts.size() >= kMostTexts) return;
  TextFacts& known = found == facts.texts.end() ? facts.texts[text] : found->second;
  ++known.count;
  if (known.last_graph != graph) ++known.graphs;
  known.last_graph = graph;
}

void add_value(const AttributeValue& value, const GraphRecord& record, std::size_t graph, bool as_number,
               Facts& facts) {
  const auto* text = std::get_if<std::string>(&value);
  if (is_nothing(value) || (as_number && text != nullptr && is_missing(*text))) {
    ++facts.missing;
    return;
  }
  ++facts.present;
  if (const auto* set = std::get_if<std::vector<std::string>>(&value)) {
    ++facts.sets;
    const std::set<std::string> elements(set->begin(), set->end());
    for (const std::string& element : elements) add_text(element, graph, facts);
    return;
  }
  const bool may_be_number = text == nullptr || !record.typed || as_number;
  const std::optional<double> number = may_be_number ? number_of(value) : std::nullopt;
  if (number.has_value()) {
    facts.numbers.push_back(*number);
  } else {
    if (facts.words == 0)
      facts.first_word = fmt::format("{}: graph '{}': {}", record.place, record.name, in_quotes(value));
    ++facts.words;
  }
  add_text(text_of(value), graph, facts);
}

std::size_t things_of(const GraphRecord& record, std::string_view what) {
  return what == "node"   ? static_cast<std::size_t>(record.num_nodes)
         : what == "edge" ? record.edges.size()
                          : 1;
}

Facts facts_of(Records records, std::string_view what, Columns columns, const std::string& name,
               bool as_number) {
  Facts facts;
  for (std::size_t graph = 0; graph < records.size(); ++graph) {
    const AttributeColumn* column = find_attribute(records[graph]->*columns, name);
    if (column == nullptr) {
      facts.missing += static_cast<std::int64_t>(things_of(*records[graph], what));
      continue;
    }
    for (const AttributeValue& value : column->values)
      add_value(value, *records[graph], graph, as_number, facts);
  }
  return facts;
}

// Texts that say something of graphs to come: those of several graphs, the most frequent first.
std::vector<std::string> texts_of(const Facts& facts, bool several_graphs) {
  std::vector<std::pair<std::int64_t, std::string>> kept;
  for (const auto& [text, known] : facts.texts) {
    if (known.count >= 2 && (!several_graphs || known.graphs >= 2)) kept.emplace_back(-known.count, text);
  }
  std::ranges::sort(kept);
  if (kept.size() > kMostCategories) kept.resize(kMostCategories);
  std::vector<std::string> texts;
  for (auto& [count, text] : kept) texts.push_back(std::move(text));
  return texts;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

// Zero unless the numbers spread widely: the largest is above a hundred times the median of those above zero.
double unit_of(const std::vector<double>& numbers) {
  std::vector<double> positive;
  for (const double number : numbers) {
    if (number < 0) return 0;
    if (number > 0) positive.push_back(number);
  }
  if (positive.empty()) return 0;
  const double most = std::ranges::max(positive), middle = median(std::move(positive));
  constexpr double kWide = 100;
  return most / middle > kWide ? middle : 0;
}

void fit_number(const Facts& facts, AttributeRule& rule) {
  rule.may_be_missing = facts.missing > 0;
  rule.unit = unit_of(facts.numbers);
  // Whatever the order of the graphs, the sums have the same bits.
  std::vector<double> values = facts.numbers;
  std::ranges::sort(values);
  for (double& value : values) {
    if (rule.unit > 0) value = std::asinh(value / rule.unit);
  }
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  rule.mean = sum / static_cast<double>(values.size());
  for (const double value : values) squares += (value - rule.mean) * (value - rule.mean);
  rule.deviation = std::sqrt(squares / static_cast<double>(values.size()));
}

struct Wish {
  bool category = false, number = false, ignored = false;
};

Wish wish_of(const SchemaWishes& wishes, std::string_view what, std::string_view name) {
  const auto means = [&](const std::string& wish) { return means_attribute(wish, what, name); };
  return {std::ranges::any_of(wishes.categories, means), std::ranges::any_of(wishes.numbers, means),
          std::ranges::any_of(wishes.ignored, means)};
}

AttributeRule infer_rule(Records records, std::string_view what, Columns columns, const std::string& name,
                         const Wish& wish, std::vector<std::string>& notes) {
  AttributeRule rule;
  rule.name = name;
  if (wish.ignored) return rule;
  const Facts facts = facts_of(records, what, columns, name, wish.number);
  const auto leave_out = [&](const std::string& why) {
    notes.push_back(fmt::format("{} attribute '{}' is no feature: {}", what, name, why));
    return rule;
  };
  if (facts.present == 0) return leave_out("it has no value");
  if (wish.number && facts.words + facts.sets > 0) {
    throw FileError(fmt::format("{} attribute '{}' is no number: {}", what, name, facts.first_word));
  }
  if (facts.sets > 0) {
    rule.texts = texts_of(facts, records.size() > 1);
    if (rule.texts.empty()) return leave_out("no element of its lists occurs twice");
    rule.kind = AttributeKind::kSet;
    return rule;
  }
  if (facts.texts.size() < 2 && facts.missing == 0) return leave_out("it has one value alone");
  if (!wish.category && facts.words == 0) {
    fit_number(facts, rule);
    rule.kind = AttributeKind::kNumber;
    return rule;
  }
  constexpr std::size_t kFew = 20;
  const auto different = static_cast<std::int64_t>(facts.texts.size());
  if (!wish.category && facts.texts.size() > kFew && 2 * different > facts.present) {
    return leave_out(
        fmt::format("{} of its {} texts differ, so that they are names (--categories {} makes them features)",
                    different, facts.present, name));
  }
  rule.texts = texts_of(facts, records.size() > 1);
  if (rule.texts.empty()) return leave_out("no text occurs in two graphs");
  rule.kind = AttributeKind::kCategory;
  if (facts.words == 0 || different <= std::ssize(rule.texts)) return rule;
  notes.push_back(fmt::format("{} attribute '{}': {} of {} texts are too rare to be told apart", what, name,
                              different - std::ssize(rule.texts), different));
  return rule;
}

std::vector<std::string> names_of(Records records, Columns columns) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (const GraphRecord* record : records) {
    for (const AttributeColumn& column : record->*columns) {
      if (seen.insert(column.name).second) names.push_back(column.name);
    }
  }
  return names;
}

void check_wishes(const std::vector<std::string>& wishes, const char* flag,
                  const std::vector<std::pair<std::string, std::string>>& attributes) {
  for (const std::string& wish : wishes) {
    const auto means = [&](const auto& each) { return means_attribute(wish, each.first, each.second); };
    if (std::ranges::any_of(attributes, means)) continue;
    std::string known;
    for (const auto& [what, name] : attributes)
      known += fmt::format("{}{}.{}", known.empty() ? "" : ", ", what, name);
    throw ConfigError(fmt::format("{} names '{}', which is no attribute of the graphs; they have {}", flag,
                                  wish, known.empty() ? "none" : known));
  }
}

InferredSchema infer(Records records, const SchemaWishes& wishes) {
  InferredSchema result;
  std::vector<std::pair<std::string, std::string>> attributes;
  const auto add = [&](const char* what, Columns columns, std::vector<AttributeRule>& rules) {
    for (const std::string& name : names_of(records, columns)) {
      attributes.emplace_back(what, name);
      rules.push_back(infer_rule(records, what, columns, name, wish_of(wishes, what, name), result.notes));
    }
  };
  add("node", &GraphRecord::node_attributes, result.schema.nodes);
  add("edge", &GraphRecord::edge_attributes, result.schema.edges);
  add("graph", &GraphRecord::graph_attributes, result.schema.graphs);
  check_wishes(wishes.categories, "--categories", attributes);
  check_wishes(wishes.numbers, "--numbers", attributes);
  check_wishes(wishes.ignored, "--ignore", attributes);
  return result;
}

}  // namespace

bool means_attribute(std::string_view wish, std::string_view what, std::string_view name) {
  if (wish == name) return true;
  return wish.starts_with(what) && wish.substr(what.size()).starts_with('.') &&
         wish.substr(what.size() + 1) == name;
}

InferredSchema infer_schema(std::span<const GraphRecord> records, const SchemaWishes& wishes) {
  std::vector<const GraphRecord*> all;
  for (const GraphRecord& record : records) all.push_back(&record);
  return infer(all, wishes);
}

InferredSchema infer_schema(std::span<const GraphRecord> records, std::span<const std::int32_t> chosen,
                            const SchemaWishes& wishes) {
  std::vector<const GraphRecord*> some;
  for (const std::int32_t number : chosen) {
    if (number < 0 || number >= std::ssize(records))
      throw ConfigError(fmt::format("infer_schema: there is no record {}", number));
    some.push_back(&records[static_cast<std::size_t>(number)]);
  }
  return infer(some, wishes);
}

}  // namespace plstm
