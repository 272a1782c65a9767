#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace plstm::perf {

/// A figure that a section may report.
struct Key {
  std::string name;  ///< section.figure, as in the JSON file
  std::string unit;  ///< "text" for a word instead of a number
  std::string meaning;
};

/// The figures of a run. Each is printed when it is added.
class Report {
 public:
  /// The figures that follow have these keys.
  void begin(const std::string& section, std::vector<Key> keys);

  /// The key must be one of those given to begin().
  void add(const std::string& key, double value);
  void add(const std::string& key, const std::string& value);

  /// Prints the reason why keys are missing.
  void note(const std::string& text) const;

  /// {"key": value, ...} in the order of the calls.
  std::string json() const;

 private:
  const Key& known(const std::string& key) const;

  std::vector<Key> keys_;
  std::vector<std::pair<std::string, std::variant<double, std::string>>> figures_;
};

}  // namespace plstm::perf
