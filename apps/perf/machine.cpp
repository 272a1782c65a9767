// The machine: name, threads, and the peaks that other sections are compared with.
#include <string>
#include <thread>

#include <plstm/core/cpu.hpp>

#include "section.hpp"
#include "support/measure/peak.hpp"
#include "support/terminal/machine_facts.hpp"

namespace plstm::perf {
namespace {

void run_machine(const Context& context, Report& report) {
  report.add("machine.scale", std::string(context.by_scale("full", "quick", "smoke")));
  report.add("machine.plstm_version", std::string(PLSTM_VERSION));
  report.add("machine.processor", apps::processor_name());
  report.add("machine.instruction_set", std::string(name(instruction_set())));
  report.add("machine.hardware_threads", std::thread::hardware_concurrency());
  report.add("machine.threads", context.threads);
  report.add("machine.product_peak", context.peaks.product);
  report.add("machine.product_peak_1_thread", context.peaks_one_thread.product);
  report.add("machine.copy_peak", context.peaks.copy);
  report.add("machine.copy_peak_1_thread", context.peaks_one_thread.copy);
}

}  // namespace

Peaks measure_peaks(Scale scale) {
  if (scale == Scale::kSmoke) {
    return {bench::measure_product_peak(64), bench::measure_copy_peak(std::size_t{1} << 20)};
  }
  constexpr Repeats kRepeats{8, 0.5};
  const int log_bytes = scale == Scale::kFull ? 29 : 28;
  return {bench::measure_product_peak(1024, kRepeats),
          bench::measure_copy_peak(std::size_t{1} << log_bytes, kRepeats)};
}

Section machine_section() {
  return {"machine",
          "the machine and its peaks; always measured",
          {{"machine.scale", "text", "full, or quick or smoke: smaller inputs, not to be compared with full"},
           {"machine.plstm_version", "text", "of the library"},
           {"machine.processor", "text", "model name of /proc/cpuinfo"},
           {"machine.instruction_set", "text", "variant of the hot loops in use"},
           {"machine.hardware_threads", "threads", "that the machine has"},
           {"machine.threads", "threads", "in use, where figures do not say 1_thread"},
           {"machine.product_peak", "multiply-adds/s",
            "the library's matrix product, 1024^3 float, one per thread"},
           {"machine.product_peak_1_thread", "multiply-adds/s", "the same on one thread"},
           {"machine.copy_peak", "bytes/s", "copying memory, bytes read and written"},
           {"machine.copy_peak_1_thread", "bytes/s", "the same on one thread"}},
          false,
          run_machine};
}

}  // namespace plstm::perf
