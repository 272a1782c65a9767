#include "chem/descriptors/fragment_counts.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <GraphMol/ROMol.h>
#include <GraphMol/RWMol.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <GraphMol/Substruct/SubstructMatch.h>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/installation.hpp>

#include "core/files/own_folder.hpp"

namespace plstm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFragmentFile = "FragmentDescriptors.csv";

// A package that brings its own RDKit has the file beside the binary, and it goes with that one, whatever else the
// machine has. RDKit's own programs look where RDBASE says. An archive of our programs brings the file along; else the
// build knows where the package put the data.
fs::path fragment_file() {
  const fs::path folder = own_folder();
  std::error_code ignored;
  if (fs::path own = folder / "RDKit" / "Data" / kFragmentFile;
      !folder.empty() && fs::is_regular_file(own, ignored)) {
    return own;
  }
  if (const char* base = std::getenv("RDBASE")) return fs::path(base) / "Data" / kFragmentFile;
  const std::optional<fs::path> brought = find_in_installation(fs::path("share/RDKit/Data") / kFragmentFile);
  return brought.value_or(fs::path(PLSTM_RDKIT_DATA) / kFragmentFile);
}

// A line is name, description and SMARTS, divided by tabs; further fields are for people. Lines of comments and blank
// lines have fewer fields.
std::optional<Fragment> read_fragment(std::string_view line) {
  const std::size_t first = line.find('\t');
  if (line.starts_with('#') || first == std::string_view::npos) return std::nullopt;
  const std::size_t second = line.find('\t', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::size_t end = line.find('\t', second + 1);
  std::string smarts(line.substr(second + 1, end == std::string_view::npos ? end : end - second - 1));
  std::erase_if(smarts, [](char c) { return c == ' ' || c == '\r' || c == '"'; });
  if (smarts.empty()) return std::nullopt;
  std::shared_ptr<const RDKit::ROMol> pattern;
  try {
    pattern.reset(RDKit::SmartsToMol(smarts));
  } catch (const std::exception&) {  // RDKit's parsers throw what derives from it
  }
  if (pattern == nullptr) return std::nullopt;
  return Fragment{std::string(line.substr(0, first)), std::move(pattern)};
}

std::vector<Fragment> read_fragments() {
  const fs::path path = fragment_file();
  std::ifstream file(path);
  std::vector<Fragment> list;
  for (std::string line; std::getline(file, line);) {
    std::optional<Fragment> fragment = read_fragment(line);
    if (!fragment.has_value()) continue;
    const bool again = std::ranges::any_of(list, [&](const Fragment& f) { return f.name == fragment->name; });
    if (!again) list.push_back(*std::move(fragment));
  }
  if (list.empty()) {
    throw FileError(
        fmt::format("{}: RDKit's list of functional groups cannot be read; install RDKit's data (Debian's "
                    "rdkit-data) or set RDBASE to the folder that holds Data",
                    path.string()));
  }
  return list;
}

// RDKit locks a recursive pattern as long as it matches it, so threads with the same pattern would wait for each other.
const std::vector<RDKit::ROMol>& patterns_of_thread() {
  thread_local const std::vector<RDKit::ROMol> patterns = [] {
    std::vector<RDKit::ROMol> copies;
    copies.reserve(fragments().size());
    for (const Fragment& fragment : fragments()) copies.emplace_back(*fragment.pattern);
    return copies;
  }();
  return patterns;
}

}  // namespace

const std::vector<Fragment>& fragments() {
  static const std::vector<Fragment> list = read_fragments();
  return list;
}

std::vector<float> fragment_counts(const RDKit::ROMol& mol) {
  RDKit::SubstructMatchParameters parameters;
  parameters.uniquify = true;
  std::vector<float> counts;
  counts.reserve(fragments().size());
  for (const RDKit::ROMol& pattern : patterns_of_thread())
    counts.push_back(static_cast<float>(RDKit::SubstructMatch(mol, pattern, parameters).size()));
  return counts;
}

}  // namespace plstm
