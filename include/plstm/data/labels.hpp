#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plstm {

/// What the labels of a column say.
enum class LabelKind {
  kYesNo,   ///< two labels, of which one is the positive one
  kClasses  ///< two or more classes in no order
};

/// How the texts of a column of labels become the classes 0, 1, ...
///
/// A value; a const LabelMap may be shared between threads. Texts are compared without blanks around and without
/// regard to upper and lower case, and numbers by their value.
class LabelMap {
 public:
  /// Class c is called names[c]. Throws ConfigError for fewer than two names, an empty name, and two names that are
  /// one label. For models that keep the names of their classes.
  explicit LabelMap(std::vector<std::string> names);

  /// Names of the classes as the column writes them first.
  const std::vector<std::string>& names() const noexcept { return names_; }
  std::int32_t num_classes() const noexcept { return static_cast<std::int32_t>(names_.size()); }

  /// Class of a text; nothing if it is_missing and no class has this name. Throws FileError "'<text>' is no label; expected ...".
  std::optional<std::int32_t> class_of(std::string_view text) const;

  /// "'inactive' is 0, 'active' is 1"; empty where the labels are the numbers 0, 1, ... already.
  std::string note() const;

  bool operator==(const LabelMap&) const = default;

 private:
  std::vector<std::string> names_;
  std::vector<std::string> keys_;  // what texts are compared by
};

/// The map that the texts of a column ask for; missing values do not count.
///
/// kYesNo: 0 and 1, -1 and 1, 1 and 2 (the larger is positive), or a pair of words such as true and false, yes and
/// no, active and inactive, positive and negative, toxic and nontoxic. kClasses: whole numbers in ascending order, or
/// words in alphabetical order; every class has a row.
///
/// Throws FileError "target '<column>': ..." with the way out if there are no labels or all are one, for other pairs
/// and more than two labels with kYesNo, for fractions and more than kMaxClasses labels with kClasses, and for a
/// column that mixes words and numbers.
LabelMap infer_labels(std::span<const std::string> texts, std::string_view column, LabelKind kind);

inline constexpr std::size_t kMaxClasses = 1000;

/// What the user should know of texts that may be meant as classes and stand for missing values: "20 values are 'None',
/// which stands for a missing value; ...". Empty if all missing values are empty texts.
std::string note_on_missing_words(std::span<const std::string> texts);

}  // namespace plstm
