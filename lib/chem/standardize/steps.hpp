#pragma once

#include <memory>

#include <plstm/chem/standardize/standardize.hpp>

namespace RDKit {
class ROMol;
class RWMol;
}  // namespace RDKit

namespace plstm {

/// The largest fragment with carbon; null if the molecule is to stay as it is.
std::unique_ptr<RDKit::RWMol> organic_fragment(const RDKit::ROMol& mol);

/// A molecule after these steps; `fragment` is organic_fragment(). Throws what RDKit throws. Thread-safe.
std::unique_ptr<RDKit::RWMol> after_steps(const RDKit::ROMol& mol, const StandardizeOptions& steps);

}  // namespace plstm
