#pragma once

#include <string>
#include <string_view>

namespace plstm {

/// Why a SMILES that RDKit refuses without giving a reason to its caller is not well formed: the first
/// unbalanced parenthesis, bracket or ring closure, or the first character that means nothing, with its
/// position from 1. Only for messages; what is a SMILES, RDKit decides.
std::string explain_smiles_syntax(std::string_view smiles);

}  // namespace plstm
