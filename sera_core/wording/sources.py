"""The papers behind the program, as every page cites them."""

LEE_2019 = "Lee E et al. Sci Rep 2019;9:19854, doi 10.1038/s41598-019-56395-x"
KOH_2020 = "Koh J et al. Sci Rep 2020;10:15245, doi 10.1038/s41598-020-72270-6"
