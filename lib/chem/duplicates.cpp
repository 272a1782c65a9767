#include "plstm/chem/duplicates.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <plstm/chem/scaffold.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {

namespace {

std::string_view molecule_of(std::span<const std::string> molecules, std::int32_t row, const char* function) {
  if (row < 0 || static_cast<std::size_t>(row) >= molecules.size()) {
    throw ShapeError(std::string(function) + ": row " + std::to_string(row) + " is not in 0.." +
                     std::to_string(static_cast<std::int64_t>(molecules.size()) - 1));
  }
  return molecules[static_cast<std::size_t>(row)];
}

}  // namespace

std::vector<MoleculeRows> molecules_in_both(std::span<const std::string> molecules,
                                            std::span<const std::int32_t> train,
                                            std::span<const std::int32_t> test) {
  std::unordered_set<std::string_view> trained;
  for (const std::int32_t row : train) trained.insert(molecule_of(molecules, row, "molecules_in_both"));
  std::vector<MoleculeRows> shared;
  std::unordered_map<std::string_view, std::size_t> place_of;
  for (const std::int32_t row : test) {
    const std::string_view molecule = molecule_of(molecules, row, "molecules_in_both");
    if (molecule.empty() || !trained.contains(molecule)) continue;
    const auto [entry, is_new] = place_of.emplace(molecule, shared.size());
    if (is_new) shared.push_back({std::string(molecule), {}});
    shared[entry->second].rows.push_back(row);
  }
  for (MoleculeRows& molecule : shared) std::ranges::sort(molecule.rows);
  return shared;
}

std::vector<Contradiction> contradicting_labels(std::span<const std::string> molecules,
                                                const Targets& targets, double tolerance) {
  check_targets(targets);
  if (targets.num_tasks() == 0) return {};
  check_size("contradicting_labels", "molecules", static_cast<std::int64_t>(molecules.size()),
             static_cast<std::int64_t>(targets.num_rows()));
  const std::vector<std::vector<std::int32_t>> groups = scaffold_groups(molecules);
  std::vector<Contradiction> found;
  for (std::size_t task = 0; task < targets.num_tasks(); ++task) {
    for (const std::vector<std::int32_t>& group : groups) {
      Contradiction contradiction{{molecules[static_cast<std::size_t>(group.front())], {}}, task, 0, 0};
      if (contradiction.molecule.smiles.empty()) continue;
      for (const std::int32_t row : group) {
        const std::size_t place = static_cast<std::size_t>(row) * targets.num_tasks() + task;
        if (targets.present[place] == 0) continue;
        const double value = targets.values[place];
        const bool first = contradiction.molecule.rows.empty();
        contradiction.lowest = first ? value : std::min(contradiction.lowest, value);
        contradiction.highest = first ? value : std::max(contradiction.highest, value);
        contradiction.molecule.rows.push_back(row);
      }
      if (contradiction.highest - contradiction.lowest > tolerance) found.push_back(std::move(contradiction));
    }
  }
  return found;
}

std::vector<std::vector<std::int32_t>> join_equal_molecules(std::span<const std::vector<std::int32_t>> groups,
                                                            std::span<const std::string> molecules) {
  std::vector<std::size_t> parent(groups.size());
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  const auto root = [&](std::size_t group) {
    while (parent[group] != group) group = parent[group] = parent[parent[group]];
    return group;
  };
  std::unordered_map<std::string_view, std::size_t> group_of;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    for (const std::int32_t row : groups[group]) {
      const std::string_view molecule = molecule_of(molecules, row, "join_equal_molecules");
      if (molecule.empty()) continue;
      const auto [entry, is_new] = group_of.emplace(molecule, group);
      if (!is_new) parent[root(group)] = root(entry->second);
    }
  }
  std::vector<std::vector<std::int32_t>> joined(groups.size());
  for (std::size_t group = 0; group < groups.size(); ++group) {
    auto& rows = joined[root(group)];
    rows.insert(rows.end(), groups[group].begin(), groups[group].end());
  }
  std::erase_if(joined, [](const auto& rows) { return rows.empty(); });
  for (auto& rows : joined) std::ranges::sort(rows);
  std::ranges::sort(joined, {}, [](const auto& rows) { return rows.front(); });
  return joined;
}

}  // namespace plstm
