#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <plstm/learn/recipe.hpp>

namespace plstm::apps {

/// What the user changes of the settings that the library recommends (learn/recipe.hpp), in order.
using SettingChanges = std::vector<std::function<void(Settings&)>>;

/// Adds a flag that changes one of the recommended settings.
template <class T, class Set>
void add_change(CLI::App& app, SettingChanges& changes, const std::string& flag, const std::string& help,
                const Set& set) {
  app.add_option_function<T>(
      flag,
      [&changes, set](const T& value) {
        changes.emplace_back([set, value](Settings& settings) { set(settings, value); });
      },
      help + " (default: as recommended for task and size of the data)");
}

/// Adds --aggregation and --neighbours: how a network reads the nodes of a graph. `pooling` and `node` are what goes together
/// and what a node is called, as "atoms to molecule" and "atom".
void add_reading_flags(CLI::App& app, SettingChanges& changes, const std::string& pooling,
                       const std::string& node);

/// Adds the flags of a training that do not depend on what is learnt, in the group Training: epochs, rates, seed, networks,
/// threads and precision. `unit` is what samples are called, as "molecules".
void add_training_flags(CLI::App& app, SettingChanges& changes, std::uint64_t& seed, int& threads,
                        std::string& precision, const std::string& unit);

}  // namespace plstm::apps
