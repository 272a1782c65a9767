#include "rules/source_rules.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <stdexcept>
#include <string_view>

namespace plstm::test {

namespace fs = std::filesystem;

namespace {

// What each area may include besides itself. Where an area is cut into folders, the folders have an entry each, which
// counts beside that of their area.
const std::map<std::string, std::set<std::string>> kBelow{
    {"core", {}},
    {"mpi", {"core"}},
    {"graph", {"core"}},
    {"stm", {"core", "graph"}},
    {"nn", {"core", "graph", "stm"}},
    {"train", {"core", "graph", "stm", "nn"}},
    {"data", {"core", "graph"}},
    {"learn", {"core", "graph", "stm", "nn", "train", "data"}},
    {"chem", {"core", "graph", "stm", "nn", "train", "data", "learn"}}};

// What each folder of an area may include of its own area and of other areas that are cut into folders.
const std::map<std::string, std::set<std::string>> kFoldersBelow{
    {"core/files", {}},
    {"core/ranks", {}},
    {"data/dags", {"core/files", "data/files"}},
    {"data/dags/formats", {"core/files", "data/files", "data/dags"}},
    {"data/files", {"core/files"}},
    {"stm/shared", {}},
    {"stm/graphs", {"stm/shared"}},
    {"stm/grids", {"stm/shared"}},
    {"stm/sequences", {"stm/shared"}},
    {"nn/autodiff", {}},
    {"nn/shared", {"stm/shared", "nn/autodiff"}},
    {"nn/tracking", {"stm/shared", "nn/autodiff", "nn/shared"}},
    {"nn/graphs", {"stm/shared", "stm/graphs", "nn/autodiff", "nn/shared", "nn/tracking"}},
    {"nn/grids", {"stm/shared", "stm/grids", "nn/autodiff", "nn/shared", "nn/tracking"}},
    {"nn/sequences", {"stm/shared", "stm/sequences", "nn/autodiff", "nn/shared", "nn/tracking"}},
    {"train/objectives", {"nn/autodiff", "nn/shared"}},
    {"train/loop",
     {"core/ranks", "stm/shared", "stm/graphs", "nn/autodiff", "nn/shared", "nn/graphs", "nn/grids",
      "nn/sequences", "train/objectives"}},
    {"train/baselines", {"train/objectives"}},
    {"train/certainty", {"train/objectives"}},
    {"train/files",
     {"core/files", "stm/shared", "stm/graphs", "nn/autodiff", "nn/shared", "nn/tracking", "nn/graphs",
      "nn/grids", "nn/sequences", "train/objectives", "train/loop", "train/baselines", "train/certainty"}},
    {"learn/certainty",
     {"stm/shared", "stm/graphs", "nn/autodiff", "nn/shared", "nn/graphs", "train/objectives", "train/loop",
      "train/baselines", "train/certainty", "train/files", "learn/held_out"}},
    {"learn/pretraining",
     {"core/files", "core/ranks", "data/files", "stm/shared", "stm/graphs", "nn/autodiff", "nn/shared",
      "nn/graphs", "train/objectives", "train/loop", "train/files"}},
    {"chem/certainty", {"nn/graphs", "train/certainty", "train/files"}},
    {"learn/cross_validation",
     {"core/files", "data/files", "nn/graphs", "train/objectives", "train/loop", "train/files",
      "learn/report"}},
    {"learn/dags",
     {"core/files", "data/files", "data/dags", "nn/graphs", "train/objectives", "train/files",
      "learn/certainty"}},
    {"learn/held_out", {"nn/graphs", "train/objectives", "train/loop", "train/baselines"}},
    {"learn/plots", {"core/files"}},
    {"learn/report", {"core/files", "train/objectives", "train/loop", "learn/certainty", "learn/plots"}},
    {"learn/tuning", {"core/files", "nn/graphs", "train/objectives", "train/loop", "train/files"}},
    {"chem/large", {}},
    {"chem/standardize", {"chem/large"}},
    {"chem/things", {"nn/graphs", "train/objectives", "chem/large"}},
    {"chem/rows", {"chem/standardize"}},
    {"chem/values", {}},
    {"chem/screen",
     {"core/ranks", "core/files", "data/files", "nn/graphs", "train/certainty", "train/objectives",
      "train/files", "learn/certainty", "learn/report", "chem/certainty", "chem/things"}},
    {"chem/descriptors", {"core/files", "learn/pretraining", "chem/values", "chem/large"}},
    {"chem/explain",
     {"core/files", "nn/autodiff", "nn/graphs", "train/baselines", "train/objectives", "learn/plots",
      "chem/descriptors", "chem/rows", "chem/standardize", "chem/large"}}};

std::string read_text(const fs::path& path) {
  std::ifstream stream(path);
  if (!stream) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

// C++ files below `folder`, sorted; none if there is no such folder.
std::vector<fs::path> sources_in(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".hpp" || entry.path().extension() == ".cpp")
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

struct Line {
  std::string place;  // file:number
  std::string text;
};

// Lines without what comments and string literals say (an include keeps its name).
std::vector<Line> code_lines(const fs::path& root, const fs::path& file) {
  static const std::regex kNoCode(R"(//.*|"(\\.|[^"\\])*")");
  std::vector<Line> lines;
  std::ifstream stream(file);
  int number = 0;
  for (std::string text; std::getline(stream, text);) {
    const bool include = text.starts_with("#include");
    lines.push_back({fs::relative(file, root).string() + ":" + std::to_string(++number),
                     include ? text : std::regex_replace(text, kNoCode, "")});
  }
  return lines;
}

struct Include {
  std::string place;
  std::string area;  // of the file that includes
  std::string file;
  std::string name;  // what stands between the brackets or quotes
  bool quoted = false;
};

// Includes of the files below root / folder, whose own folders are the areas.
std::vector<Include> includes_of(const fs::path& root, const char* folder) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
  std::vector<Include> includes;
  for (const fs::path& file : sources_in(root / folder)) {
    const std::string name = fs::relative(file, root / folder).generic_string();
    for (const Line& line : code_lines(root, file)) {
      std::smatch match;
      if (!std::regex_search(line.text, match, kInclude)) continue;
      includes.push_back({line.place, name.substr(0, name.find('/')), name, match[2], match[1] == "\""});
    }
  }
  return includes;
}

// "nn/graphs" of "nn/graphs/block.hpp"; the area where it is not cut into folders.
std::string folder_of(const std::string& file) {
  const std::size_t end = file.rfind('/');
  return end == std::string::npos ? std::string() : file.substr(0, end);
}

// The row of the table that counts for a folder: its own, or that of the folder around it. Empty without one.
std::string row_of(std::string folder) {
  while (!folder.empty() && !kFoldersBelow.contains(folder)) folder = folder_of(folder);
  return folder;
}

bool is_standard(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

bool starts_with_any(std::string_view name, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](auto prefix) { return name.starts_with(prefix); });
}

}  // namespace

std::vector<std::string> find_wrong_directions(const fs::path& root) {
  std::vector<std::string> found;
  for (const char* folder : {"include/plstm", "lib"}) {
    for (const Include& include : includes_of(root, folder)) {
      if (include.file == "plstm.hpp" && !include.name.starts_with("plstm/chem/"))
        continue;  // it is the front door
      if (!kBelow.contains(include.area)) {
        found.push_back(include.place + ": " + include.area + " is no area");
        continue;
      }
      std::string name = include.name;
      if (name.starts_with("plstm/")) {
        name.erase(0, 6);
      } else if (!include.quoted) {
        continue;
      }
      const std::size_t slash = name.find('/');
      const std::string target = slash == std::string::npos ? include.area : name.substr(0, slash);
      if (target != include.area && !kBelow.at(include.area).contains(target)) {
        found.push_back(include.place + ": " + include.area + " includes " + include.name);
        continue;
      }
      const std::string from = row_of(folder_of(include.file));
      const std::string to = slash == std::string::npos ? from : row_of(folder_of(name));
      if (!from.empty() && !to.empty() && to != from && !kFoldersBelow.at(from).contains(to)) {
        found.push_back(include.place + ": " + from + " includes " + include.name);
      }
    }
  }
  return found;
}

std::vector<std::string> find_folders_without_rules(const fs::path& root) {
  std::set<std::string> found;
  for (const char* top : {"include/plstm", "lib"}) {
    for (const fs::path& file : sources_in(root / top)) {
      const std::string folder = folder_of(fs::relative(file, root / top).generic_string());
      if (folder.find('/') != std::string::npos && row_of(folder).empty()) found.insert(folder);
    }
  }
  return {found.begin(), found.end()};
}

std::vector<std::string> find_full_folders(const fs::path& root) {
  constexpr int kMost = 26;
  std::map<std::string, int> sizes;
  for (const char* top : {"include", "lib", "apps", "tests"}) {
    for (const fs::path& file : sources_in(root / top)) {
      ++sizes[fs::relative(file, root).parent_path().generic_string()];
    }
  }
  std::vector<std::string> found;
  for (const auto& [folder, size] : sizes) {
    if (size > kMost) {
      found.push_back(folder + ": " + std::to_string(size) + " sources, expected at most " +
                      std::to_string(kMost));
    }
  }
  return found;
}

std::vector<std::string> find_foreign_includes(const fs::path& root) {
  std::vector<std::string> found;
  const auto is_quiet_standard = [](const std::string& name) {
    return is_standard(name) && name != "iostream";
  };
  for (const Include& include : includes_of(root, "include/plstm")) {
    const bool boost = include.file == "graph/boost.hpp" && include.name.starts_with("boost/");
    const bool ours = !include.quoted && include.name.starts_with("plstm/");
    if (!ours && !boost && !is_quiet_standard(include.name) && include.name != "Eigen/Core") {
      found.push_back(include.place + ": a public header includes " + include.name);
    }
  }
  for (const Include& include : includes_of(root, "lib")) {
    if (include.quoted || is_quiet_standard(include.name) ||
        starts_with_any(include.name, {"plstm/", "Eigen/", "boost/", "fmt/", "nlohmann/"})) {
      continue;
    }
    const bool threads = starts_with_any(include.name, {"tbb/", "oneapi/", "sanitizer/"});
    static const std::set<std::string> kMachine{"cpuid.h",     "dlfcn.h",    "fcntl.h",
                                                "immintrin.h", "sys/file.h", "sys/mman.h",
                                                "sys/stat.h",  "syscall.h",  "unistd.h"};
    const bool machine = kMachine.contains(include.name);
    const bool rdkit = !threads && !machine && include.name.find('/') != std::string::npos;
    const bool format = (include.name == "png.h" && include.file == "data/png.cpp") ||
                        (include.name == "zlib.h" && (include.file == "data/files/gzip.cpp" ||
                                                      include.file == "data/files/packed_bytes.cpp"));
    static const std::set<std::string> kLauncher{"mpi.h", "sched.h", "unistd.h"};
    if (include.area == "mpi" && kLauncher.contains(include.name)) continue;
    if (!((threads || machine) && include.area == "core") && !(rdkit && include.area == "chem") && !format) {
      found.push_back(include.place + ": " + include.area + " includes " + include.name);
    }
  }
  return found;
}

std::vector<std::string> find_noise(const fs::path& root) {
  static const std::regex kNoise(
      R"(\b(cout|cerr|clog|v?f?printf|f?puts|putchar|perror|fmt::print|_?[eE]xit|quick_exit|abort|terminate)\b)");
  std::vector<std::string> found;
  for (const char* folder : {"include", "lib"}) {
    for (const fs::path& file : sources_in(root / folder)) {
      for (const Line& line : code_lines(root, file)) {
        std::smatch match;
        if (std::regex_search(line.text, match, kNoise)) found.push_back(line.place + ": " + match.str());
      }
    }
  }
  return found;
}

std::vector<std::string> find_missing_tests(const fs::path& root) {
  std::vector<std::string> found;
  for (const fs::path& file : sources_in(root / "lib")) {
    const std::string stem = fs::relative(file, root / "lib").replace_extension().string();
    const std::string test = "tests/" + stem + "_test.cpp";
    if (file.extension() == ".cpp" && fs::exists(root / ("include/plstm/" + stem + ".hpp")) &&
        !fs::exists(root / test)) {
      found.push_back("lib/" + stem + ".cpp: there is no " + test);
    }
  }
  for (const auto& [area, below] : kBelow) {
    for (const fs::path& file : sources_in(root / "tests" / area)) {
      std::string stem = fs::relative(file, root / "tests" / area).replace_extension().generic_string();
      if (!stem.ends_with("_test")) continue;
      stem.resize(stem.size() - 5);
      const std::regex entry("[ (]" + stem + "[ )\\n]");
      const fs::path build_file = root / "tests" / area / "CMakeLists.txt";
      if (!fs::exists(build_file) || !std::regex_search(read_text(build_file), entry)) {
        found.push_back(fs::relative(file, root).string() + ": not in " +
                        fs::relative(build_file, root).string());
      }
    }
  }
  return found;
}

}  // namespace plstm::test
