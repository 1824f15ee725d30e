# What pROC and metafor say about the tables of a folder, as JSON.
suppressMessages({library(pROC); library(metafor)})
folder <- commandArgs(trailingOnly = TRUE)[1]
data(aSAH)
asah <- data.frame(y = as.integer(aSAH$outcome == "Poor"), a = aSAH$s100b, b = as.integer(aSAH$wfns))
write.csv(asah, file.path(folder, "asah.csv"), row.names = FALSE)

number <- function(x) paste0("[", paste(sprintf("%.17g", x), collapse = ","), "]")
one <- function(file) {
  d <- read.csv(file)
  curve <- function(x) roc(d$y, x, levels = c(0, 1), direction = "<", quiet = TRUE)
  a <- curve(d$a); b <- curve(d$b)
  same <- roc.test(a, b, method = "delong", paired = TRUE)
  other <- roc.test(a, b, method = "delong", paired = FALSE)
  part <- auc(a, partial.auc = c(1, 0.8), partial.auc.focus = "sensitivity", partial.auc.correct = TRUE)
  paste0(
    '"', sub(".csv", "", basename(file)), '": {',
    '"auc": ', number(c(auc(a), auc(b))),
    ', "variance": ', number(c(var(a), var(b))),
    ', "paired": ', number(c(same$p.value, same$conf.int)),
    ', "unpaired": ', number(c(other$p.value, other$parameter)),
    ', "partial": ', sprintf("%.17g", part),
    ', "at": ', number(c(unlist(coords(a, 0.87, input = "specificity", ret = "sensitivity")),
                         unlist(coords(a, 0.87, input = "sensitivity", ret = "specificity")))),
    ', "sensitivity": ', number(rev(a$sensitivities)),
    ', "specificity": ', number(rev(a$specificities)), "}")
}
d <- read.csv(file.path(folder, "pool.txt"))
m <- rma(y, v, data = d, method = "REML", test = "knha", control = list(threshold = 1e-12))
pool <- number(c(m$b, m$ci.lb, m$ci.ub, m$tau2, m$I2))
d <- read.csv(file.path(folder, "pairs.txt"))
d$g <- factor(rep(seq_len(nrow(d) / 2), each = 2)); d$o <- factor(rep(c("a", "b"), nrow(d) / 2))
m <- rma.mv(y, v, mods = ~ o - 1, random = ~ o | g, struct = "UN", data = d, method = "REML",
            control = list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15))
pairs <- number(c(m$b, m$tau2, m$rho))
d <- read.csv(file.path(folder, "smooth.txt"))
x <- qlogis(d$p); k <- quantile(x, c(0.05, 0.35, 0.65, 0.95))
m <- glm(d$y ~ splines::ns(x, knots = k[2:3], Boundary.knots = k[c(1, 4)]), family = binomial,
         control = list(epsilon = 1e-14, maxit = 100))
said <- predict(m, se.fit = TRUE)
smooth <- number(c(plogis(said$fit[1:5]), said$se.fit[1:5], mean(abs(plogis(said$fit) - d$p))))
tables <- paste(sapply(list.files(folder, "csv$", full.names = TRUE), one), collapse = ",\n")
writeLines(paste0("{", tables, ',\n"pool": ', pool, ', "pairs": ', pairs, ', "smooth": ', smooth, "}"), file.path(folder, "answers.json"))
