#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>

#include <plstm/chem/reader.hpp>

namespace plstm {

struct PretrainingMoleculesOptions {
  MoleculeReaderOptions reading = {};
  /// Canonical SMILES of molecules that must not be learnt from, such as those of test sets (canonical_smiles).
  std::unordered_set<std::string> left_out = {};
  std::int64_t measured = 20'000;  ///< the first molecules, which say mean and deviation of each descriptor
  std::int64_t rows_at_a_time = 2048;  ///< that are in memory; a stop or a kill loses no more
  std::string source = {};  ///< PretrainingHeader::source; a set of another one is not gone on with
  bool resume = false;      ///< go on with an unfinished set at the same path
  /// Called after each piece of rows, with the rows read so far, the molecules kept, and MoleculeReader::share_read().
  std::function<void(std::int64_t rows, std::int64_t molecules, std::optional<double> share)> on_progress =
      {};
  std::function<bool()> stop = {};  ///< asked before each piece; true ends the work, the set stays unfinished
};

/// What became of the rows of a file.
struct PretrainingMolecules {
  std::int64_t rows = 0, kept = 0;
  std::int64_t bad = 0;        ///< cannot be read
  std::int64_t left_out = 0;   ///< named by left_out
  std::int64_t too_large = 0;  ///< more than kMostDescriptorAtoms heavy atoms
  std::string first_error;     ///< of the first bad row; empty if there is none
  bool finished = true;        ///< false if it was stopped
};

/// Computes the descriptors of all molecules of a file, in parallel and piece by piece, and writes them with the graphs
/// as a pretraining set (learn/pretraining). Mean and deviation of a descriptor are those of the first `measured`
/// molecules, so a file that is sorted should be shuffled first. With `resume`, rows that were done before are not counted again in
/// bad, left_out and too_large.
///
/// Throws what MoleculeReader, descriptor_names() and PretrainingWriter throw, and FileError if no molecule is left.
PretrainingMolecules write_pretraining_molecules(const std::filesystem::path& input,
                                                 const std::filesystem::path& output,
                                                 const PretrainingMoleculesOptions& options = {});

/// Canonical SMILES of the molecules of a file; rows that cannot be read are skipped. Throws what MoleculeReader throws.
std::unordered_set<std::string> canonical_smiles_of_file(const std::filesystem::path& path,
                                                         const MoleculeReaderOptions& options = {});

}  // namespace plstm
