#include "plstm/chem/fit_molecules.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/chem/fingerprint.hpp>
#include <plstm/chem/molecule.hpp>
#include <plstm/chem/standardize/standardize.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

namespace plstm {

FeaturizeOptions recommended_featurize_options(Preset preset) {
  const MoleculeFeatures features = recommended_features(preset);
  return {.orientation = BondOrientation::kCanonicalRank,
          .atom_values = features.atom_values,
          .molecule_values = features.molecule_values,
          .counts = features.counts};
}

LabeledGraphs labeled_molecules(std::span<const std::string> smiles, std::span<const double> targets,
                                const FeaturizeOptions& options) {
  if (smiles.empty() ? !targets.empty() : targets.size() % smiles.size() != 0) {
    throw ShapeError(fmt::format("labeled_molecules: {} targets for {} SMILES, expected as many for each",
                                 targets.size(), smiles.size()));
  }
  const std::size_t tasks = smiles.empty() ? 0 : targets.size() / smiles.size();
  std::vector<PreparedGraph> graphs(smiles.size());
  std::vector<std::string> errors(smiles.size());
  std::vector<std::vector<std::uint32_t>> fingerprints(smiles.size());
  parallel_for(smiles.size(), 1, [&](std::size_t i) {
    try {
      const Molecule molecule = standardize(parse_smiles(smiles[i]), options.standardize).molecule;
      graphs[i] = prepare_graph(featurize(molecule, options).graph);
      fingerprints[i] = morgan_fingerprint(molecule);
    } catch (const Error& error) {
      errors[i] = error.what();
    }
  });
  LabeledGraphs data;
  data.set_vocabularies(vocabulary_sizes(atom_columns()), vocabulary_sizes(bond_columns()));
  data.set_featurizer(featurizer_json(options));
  for (std::size_t i = 0; i < smiles.size(); ++i) {
    if (!errors[i].empty()) throw MoleculeError(fmt::format("molecule {}: {}", i, errors[i]));
    data.add(std::move(graphs[i]), targets.subspan(i * tasks, tasks));
  }
  std::vector<std::int64_t> numbers(smiles.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  data.set_fingerprints(std::move(fingerprints), std::move(numbers));
  return data;
}

MoleculePredictor fit_molecules(std::span<const std::string> smiles, std::span<const double> targets,
                                const Recipe& recipe, const FitOptions& options) {
  return MoleculePredictor(
      fit(labeled_molecules(smiles, targets, recommended_featurize_options(recipe.preset)), recipe, options));
}

}  // namespace plstm
