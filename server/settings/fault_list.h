// Everything wrong with a file, collected before anyone is told, so that one run shows all of it.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <string_view>
#include <vector>

namespace indexcast::server {

class FaultList {
 public:
  // Lines count from 1; 0 stands for "nowhere in particular" and is shown as the first line.
  void add(std::string_view file, int line, std::string_view key, std::string_view what);
  // Takes over the lines of a status that another list made.
  void add(const absl::Status& status);

  bool empty() const { return faults_.empty(); }
  std::size_t size() const { return faults_.size(); }
  // Whether anything is wrong with this line, so that what follows from it need not be said.
  bool names(std::string_view file, int line) const;
  // Ok when empty, else InvalidArgument with one line "file:line:key: what" per fault.
  absl::Status status() const;

 private:
  std::vector<std::string> faults_;
};

}  // namespace indexcast::server
