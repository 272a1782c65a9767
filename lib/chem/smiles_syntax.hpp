#pragma once

#include <string>
#include <string_view>

namespace plstm {

/// The reason why a SMILES is not well formed, for texts that RDKit rejects without giving its caller a reason. It is
/// the first unbalanced parenthesis, bracket or ring closure, or the first character without a meaning, with its
/// position from 1. This is only for messages. RDKit decides what a SMILES is.
std::string explain_smiles_syntax(std::string_view smiles);

/// The SMILES without the atom-map numbers of its bracket atoms: "[CH3:1]" becomes "[CH3]". Where brackets are not
/// balanced the text stays as it is from there on; what follows after a blank stays too.
std::string without_atom_maps(std::string_view smiles);

}  // namespace plstm
