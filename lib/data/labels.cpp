#include "plstm/data/labels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/missing.hpp>
#include <plstm/data/number.hpp>

namespace plstm {

namespace {

using WordPair = std::pair<std::string_view, std::string_view>;  // the negative and the positive word

constexpr auto kWordPairs = std::to_array<WordPair>({{"false", "true"},
                                                     {"f", "t"},
                                                     {"no", "yes"},
                                                     {"n", "y"},
                                                     {"inactive", "active"},
                                                     {"negative", "positive"},
                                                     {"neg", "pos"},
                                                     {"nontoxic", "toxic"},
                                                     {"non-toxic", "toxic"},
                                                     {"not toxic", "toxic"},
                                                     {"non-active", "active"},
                                                     {"not active", "active"},
                                                     {"insoluble", "soluble"},
                                                     {"off", "on"},
                                                     {"nonbinder", "binder"},
                                                     {"non-binder", "binder"},
                                                     {"fail", "pass"}});

std::optional<double> number_of(std::string_view text) {
  try {
    return parse_double(text);
  } catch (const FileError&) {
    return std::nullopt;
  }
}

// What labels are compared by: numbers in one spelling, words in lower case.
std::string key_of(std::string_view text) {
  if (const std::optional<double> number = number_of(text)) return format_number(*number + 0.0);  // no -0
  std::string key(trim(text));
  std::ranges::transform(key, key.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return key;
}

std::string list_of(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 8;
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
    list += fmt::format("{}'{}'", i > 0 ? ", " : "", names[i]);
  return names.size() > kShown ? list + ", ..." : list;
}

struct Label {
  std::string key, name;
  std::optional<double> number;
};

// The labels of a column, each once: numbers in ascending order, words in alphabetical order.
std::vector<Label> distinct_labels(std::span<const std::string> texts) {
  std::map<std::string, std::string> names;
  for (const std::string& text : texts) {
    if (!is_missing(text)) names.emplace(key_of(text), trim(text));
  }
  std::vector<Label> labels;
  for (const auto& [key, name] : names) labels.push_back({key, name, number_of(key)});
  std::ranges::stable_sort(labels, {}, [](const Label& label) { return label.number.value_or(0); });
  return labels;
}

// The two labels with the positive one last; nothing if it is not clear which one that is.
std::optional<std::vector<std::string>> yes_or_no(const std::vector<Label>& labels) {
  if (labels.size() != 2) return std::nullopt;
  const Label &first = labels[0], &second = labels[1];
  if (first.number.has_value()) {
    const std::pair<double, double> pair(*first.number, *second.number);
    const bool known =
        pair == std::pair(0.0, 1.0) || pair == std::pair(-1.0, 1.0) || pair == std::pair(1.0, 2.0);
    return known ? std::optional(std::vector{first.name, second.name}) : std::nullopt;
  }
  for (const auto& [negative, positive] : kWordPairs) {
    if (first.key == negative && second.key == positive) return std::vector{first.name, second.name};
    if (first.key == positive && second.key == negative) return std::vector{second.name, first.name};
  }
  return std::nullopt;
}

}  // namespace

LabelMap::LabelMap(std::vector<std::string> names) : names_(std::move(names)) {
  if (names_.size() < 2)
    throw ConfigError(fmt::format("labels: {} classes, expected two or more", names_.size()));
  for (const std::string& name : names_) {
    if (trim(name).empty()) throw ConfigError("labels: a class has an empty name");
    std::string key = key_of(name);
    if (std::ranges::find(keys_, key) != keys_.end())
      throw ConfigError(fmt::format("labels: two classes are called '{}'", name));
    keys_.push_back(std::move(key));
  }
}

std::optional<std::int32_t> LabelMap::class_of(std::string_view text) const {
  const auto found = std::ranges::find(keys_, key_of(text));
  if (found == keys_.end() && is_missing(text)) return std::nullopt;
  if (found == keys_.end())
    throw FileError(fmt::format("'{}' is no label; expected one of {}", trim(text), list_of(names_)));
  return static_cast<std::int32_t>(found - keys_.begin());
}

std::string LabelMap::note() const {
  std::string text;
  bool plain = true;
  for (std::size_t c = 0; c < names_.size(); ++c) {
    plain = plain && keys_[c] == std::to_string(c);
    text += fmt::format("{}'{}' is {}", c > 0 ? ", " : "", names_[c], c);
  }
  return plain ? std::string() : text;
}

LabelMap infer_labels(std::span<const std::string> texts, std::string_view column, LabelKind kind) {
  const std::vector<Label> labels = distinct_labels(texts);
  const auto fail = [&](const std::string& problem) {
    return FileError(fmt::format("target '{}': {}", column, problem));
  };
  std::vector<std::string> names;
  for (const Label& label : labels) names.push_back(label.name);
  if (labels.empty()) throw fail("has no labels; check the name of the column");
  if (labels.size() == 1) {
    const bool minus = std::ranges::any_of(texts, [](const std::string& text) { return trim(text) == "-"; });
    throw fail(fmt::format(
        "every label is {}, so there is nothing to tell apart; {}", list_of(names),
        minus ? "'-' is read as a missing value, so write 0 and 1" : "add rows of another label"));
  }
  const auto is_numeric = [](const Label& label) { return label.number.has_value(); };
  if (std::ranges::any_of(labels, is_numeric) && !std::ranges::all_of(labels, is_numeric)) {
    throw fail(fmt::format("the labels {} mix numbers and words; write all of them alike", list_of(names)));
  }
  if (kind == LabelKind::kYesNo) {
    if (std::optional<std::vector<std::string>> pair = yes_or_no(labels)) return LabelMap(*std::move(pair));
    if (labels.size() == 2) {
      throw fail(fmt::format(
          "it is not clear which of the labels {} is the positive one; write 0 and 1, or take multiclass "
          "(--task-type)",
          list_of(names)));
    }
    throw fail(
        fmt::format("{} labels ({}), expected two such as 0 and 1; take multiclass for classes or "
                    "regression for numbers (--task-type)",
                    labels.size(), list_of(names)));
  }
  for (const Label& label : labels) {
    if (label.number.has_value() && *label.number != std::floor(*label.number)) {
      throw fail(fmt::format("'{}' is no class; take regression for numbers (--task-type)", label.name));
    }
  }
  if (labels.size() > kMaxClasses) {
    throw fail(
        fmt::format("{} different labels, more than the {} classes that are read; take regression for "
                    "numbers (--task-type)",
                    labels.size(), kMaxClasses));
  }
  return LabelMap(std::move(names));
}

std::string note_on_missing_words(std::span<const std::string> texts) {
  std::map<std::string, std::int64_t> words;
  for (const std::string& text : texts) {
    if (is_missing(text) && !trim(text).empty()) ++words[std::string(trim(text))];
  }
  std::string note;
  for (const auto& [word, count] : words) {
    note += note.empty() ? fmt::format("{} values are '{}'", count, word)
                         : fmt::format(", {} are '{}'", count, word);
  }
  if (note.empty()) return note;
  return fmt::format("{}, which {} for missing values; a class needs another name", note,
                     words.size() > 1 ? "stand" : "stands");
}

}  // namespace plstm
