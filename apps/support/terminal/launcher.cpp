#include "launcher.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#ifdef PLSTM_WITH_MPI
#include <plstm/mpi/mpi_ranks.hpp>
#endif

namespace plstm::apps {
namespace {

// The processes that the launcher has started, as Open MPI, MPICH and Slurm say it; 0 without a launcher. One that says
// nothing but a rank may have started several.
int launched_processes() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS"}) {
    const char* text = std::getenv(name);
    if (text != nullptr) return std::max(1, std::atoi(text));
  }
  return std::getenv("PMIX_RANK") != nullptr ? 1 : 0;
}

void say(const Ending& ending) {
  std::fflush(stdout);
  // Nobody is left to hear that stderr cannot be written.
  if (!ending.message.empty()) std::fputs((ending.message + "\n").c_str(), stderr);
}

#ifdef PLSTM_WITH_MPI

// Takes stdout and stderr away from this process, until it has to say why it failed.
class Silence {
 public:
  Silence() : error_(::dup(STDERR_FILENO)) {
    std::fflush(stdout);
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    ::close(nowhere);
  }
  ~Silence() {
    std::fflush(stdout);
    ::dup2(error_, STDERR_FILENO);
    ::close(error_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  int error_;
};

int run_under_mpi(const std::function<Ending(const Ranks&)>& body) {
  const MpiSession session;
  const Ranks& ranks = session.ranks();
  Ending ending;
  {
    std::optional<Silence> silence;
    if (!ranks.is_first()) silence.emplace();
    ending = body(ranks);
  }
  if (ranks.size() == 1) {
    say(ending);
    return ending.code;
  }
  // Ranks that are done wait for the one that writes. A rank that ends otherwise, while others wait for it, ends them, the
  // lowest first.
  constexpr double kPatience = 1;
  constexpr double kStep = 0.02;
  const double patience = ending.code == 0 ? std::numeric_limits<double>::infinity()
                                           : kPatience + kStep * std::min(ranks.rank(), 100);
  if (session.all_have_ended(patience)) {
    // What all ranks have to say is said once.
    const std::vector<std::uint64_t> codes = ranks.gather(static_cast<std::uint64_t>(ending.code));
    const auto speaker = std::ranges::find_if(codes, [](std::uint64_t code) { return code != 0; });
    const std::ptrdiff_t first = speaker == codes.end() ? 0 : speaker - codes.begin();
    if (ranks.rank() == first) say(ending);
    return ending.code;
  }
  if (ending.failed) ending.message += fmt::format(" (rank {} of {})", ranks.rank(), ranks.size());
  say(ending);
  session.end_all(ending.code);
}

#endif

}  // namespace

int run_on_ranks([[maybe_unused]] const std::string& program,
                 const std::function<Ending(const Ranks&)>& body) {
  const int processes = launched_processes();
#ifdef PLSTM_WITH_MPI
  if (processes > 0) return run_under_mpi(body);
#else
  if (processes > 1) {
    say({1, fmt::format(
                "{}: error: mpirun has started {} processes, but this build is without MPI and each would "
                "do the whole work; build with -DPLSTM_WITH_MPI=ON, or start it alone",
                program, processes)});
    return 2;
  }
#endif
  const Ending ending = body(Ranks());
  say(ending);
  return ending.code;
}

}  // namespace plstm::apps
