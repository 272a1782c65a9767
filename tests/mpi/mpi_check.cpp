// Started by mpirun: checks the transport, or fails in one of several ways.
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "core/ranks/transport_laws.hpp"
#include "support/terminal/launcher.hpp"

namespace {

using plstm::Ranks;
using plstm::apps::Ending;

Ending failure(const Ranks& ranks) {
  return {7, fmt::format("check: error: rank {} has no disk", ranks.rank()), true};
}

Ending run(const std::string& what, int failing, const Ranks& ranks) {
  if (what == "laws") {
    try {
      plstm::test::check_transport(ranks);
    } catch (const std::exception& error) {
      return {1, error.what(), true};
    }
    fmt::print("{} ranks with {} threads keep the laws\n", ranks.size(), ranks.threads() > 0 ? "some" : "no");
    return {};
  }
  if (what == "all-fail") return failure(ranks);
  if (what == "others-are-done") return ranks.rank() == failing ? Ending{143, "check: stopped"} : Ending{};
  if (ranks.rank() == failing) {
    if (what == "one-stops") return {143, "check: stopped"};
    if (what == "one-fails") return failure(ranks);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    std::quick_exit(9);  // as a rank that the system kills
  }
  ranks.barrier();  // in which the others wait for one that never comes
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "laws";
  const int failing = argc > 2 ? std::stoi(argv[2]) : 0;
  return plstm::apps::run_on_ranks("check", [&](const Ranks& ranks) { return run(what, failing, ranks); });
}
