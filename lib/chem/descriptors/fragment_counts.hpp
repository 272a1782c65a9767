#pragma once

#include <memory>
#include <string>
#include <vector>

namespace RDKit {
class ROMol;
}

namespace plstm {

/// A functional group of RDKit's list.
struct Fragment {
  std::string name;
  std::shared_ptr<const RDKit::ROMol> pattern;
};

/// Those of RDKit's file FragmentDescriptors.csv, read once. Throws FileError naming the file if it is not there or
/// holds no patterns.
const std::vector<Fragment>& fragments();

/// How often a molecule has each of fragments().
std::vector<float> fragment_counts(const RDKit::ROMol& mol);

}  // namespace plstm
