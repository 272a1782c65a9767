#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/chem/explain/fragments.hpp>
#include <plstm/chem/molecule_predictor.hpp>

namespace plstm {

/// What the parts of one molecule contribute to what a model says of it. C is the number of the predictor's columns.
///
/// Contributions of a column of regression are in the units of the target. Those of a probability are of its log-odds
/// log(p / (1 - p)), as probabilities near 0 and 1 hardly change; p is kept 1e-9 away from 0 and 1.
struct Explanation {
  std::vector<double> prediction;            ///< [C] value or log-odds of the molecule
  std::vector<double> baseline;              ///< [C] the same of a molecule of which nothing is left
  std::vector<std::string> symbols;          ///< [A] elements, in the order of the SMILES
  std::vector<double> atoms;                 ///< [A, C] prediction less that without the atom
  std::vector<double> interaction;           ///< [C] prediction - baseline - sum of the atoms
  std::vector<MoleculeFragment> fragments;   ///< [F], if asked for
  std::vector<double> of_fragments;          ///< [F, C] prediction less that without the fragment
  std::vector<double> fragment_interaction;  ///< [C] prediction - baseline - sum of the fragments
  std::string error;                         ///< why there is no explanation; empty if there is one

  explicit operator bool() const noexcept { return error.empty(); }
};

/// Of each column of the predictor: contributions are of log-odds and not in the units of the target.
std::vector<bool> explains_log_odds(const Predictor& predictor);

enum class ExplainMethod {
  kOcclusion,  ///< predict again without the part
  kGradient  ///< integrate gradients at the read-outs of the networks: faster, and neighbours are mixed more
};

/// "occlusion", "gradient".
std::string_view name(ExplainMethod method);
/// Inverse of name(); throws ConfigError listing the names.
ExplainMethod parse_explain_method(std::string_view text);

struct ExplainOptions {
  ExplainMethod method = ExplainMethod::kOcclusion;
  bool fragments = false;  ///< with contributions of brics_fragments()
  /// kOcclusion gives a molecule (a row of several) with more atoms an error: its time grows with their square.
  std::int64_t most_atoms = 400;
};

/// kOcclusion explains exactly: the model predicts the molecule again and again, each time with an atom or a fragment
/// hidden. A hidden atom is gone from all that the model reads, and the other atoms stay as they are bound in the molecule:
/// they keep their codes and values (number of hydrogens, aromaticity, Crippen type, charge), the values of the whole
/// molecule lose the atom's share, and the counts lose the substructures that the atom is part of. Nothing is put in its
/// place, which would change the neighbours, too, and their contributions would be mixed with the atom's.
///
/// The baseline is the prediction for a molecule without atoms, values and counts. Parts that act together make the sum
/// of the contributions differ from prediction - baseline. This difference is not shared out, as no part has a claim to
/// it: it is given as `interaction`.
///
/// kGradient asks networks and companion how their outputs change with what they read, on the way from nothing to what it
/// is, and adds that up (integrated gradients): by the states of the nodes after all layers, the values of the molecule and
/// the counts, which are divided among the atoms of their substructures. The baseline is that of occlusion, and fragments
/// are the sums of their atoms. Contributions add up but for the error of 16 steps and for jumps of the companion, which
/// `interaction` shows. The state of an atom knows its surroundings, so contributions of neighbours are mixed.
///
/// An explanation or an error for each molecule, in order; nothing is thrown for a molecule that the model cannot take.
/// Atoms are in the order of the SMILES or mol block. Molecules should be standardised as the model was trained
/// (MoleculePredictor::featurize_options); the overload with SMILES does it. Where hydrogens are nodes of the model, an atom
/// is hidden with its hydrogens. Runs in parallel; the bits do not depend on the number of threads.
///
/// Of a model of several molecules a row (FeaturizeOptions::molecules) they are [rows, molecules], and each row is
/// explained; its atoms are counted through, those of the first molecule first.
///
/// `columns` are the numbers beside the molecules, [rows, FeaturizeOptions::columns], NaN where one is missing; none
/// where the model reads none. They are hidden with no part: baseline and contributions are those at these numbers.
///
/// A molecule of A atoms takes the time of about A predictions without their descriptors. Throws ConfigError if the model
/// does not predict whole molecules, and ShapeError for another number of numbers.
std::vector<Explanation> explain(const MoleculePredictor& predictor, std::span<const Molecule> molecules,
                                 const ExplainOptions& options = {}, std::span<const double> columns = {});
/// The same for SMILES, standardised as the model was trained. One that cannot be read gets an error, too. Atoms of a
/// molecule that standardising has changed are in the order of StandardizedMolecule::smiles.
std::vector<Explanation> explain(const MoleculePredictor& predictor, std::span<const std::string> smiles,
                                 const ExplainOptions& options = {}, std::span<const double> columns = {});

}  // namespace plstm
