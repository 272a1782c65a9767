#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace plstm::apps {

/// What an option wants after its name, as far as a shell can help with it.
enum class ValueKind {
  kNone,
  kText,  ///< perhaps the name of a file
  kWord,  ///< no file: the name of a column
  kNumber,
  kChoice,
  kFolder
};

/// An option, a flag or an argument without a name.
struct DescribedOption {
  std::vector<std::string> names;  ///< with dashes, short ones first; none for an argument without a name
  std::string value;               ///< the word that stands for the value, such as TEXT; empty for a flag
  ValueKind kind = ValueKind::kNone;
  std::vector<std::string> choices;  ///< all values that are allowed, for kChoice
  std::string limits;                ///< of a number, such as "1 to 1000"; empty without
  std::size_t most_values = 0;       ///< kManyValues: as many as there are
  std::string description;
  std::string default_value;                 ///< empty without
  std::string group;                         ///< heading that the help has for it
  std::vector<std::string> needs, excludes;  ///< options that must, or must not, be there, too; sorted
  bool required = false;
};

inline constexpr std::size_t kManyValues = 1'000'000;

/// A program or a sub-command, as its help describes it, for texts of other forms.
struct DescribedCommand {
  std::string name;  ///< of the sub-command alone
  std::string description;
  std::vector<std::string> notes;        ///< paragraphs of the help's end, less the examples
  std::vector<std::string> examples;     ///< commands
  std::vector<DescribedOption> options;  ///< in the order of the help; hidden ones are left out
  std::vector<DescribedCommand> commands;
};

DescribedCommand describe(const CLI::App& app);

}  // namespace plstm::apps
