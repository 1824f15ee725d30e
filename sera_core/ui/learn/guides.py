"""What stands around each chapter: a guess before it, three lines to keep after it, and why the next one follows."""

from __future__ import annotations

from dataclasses import dataclass

from sera_core.ui.learn import truths
from sera_core.ui.learn.guess import Amount, Guess, Spot
from sera_core.ui.learn.question import Question


@dataclass(frozen=True)
class Guide:
    """Around one chapter.

    Attributes
    ----------
    guess : Guess
        Asked before anything is shown.
    keep : (str, str, str)
        The lines to keep.
    onward : str
        Why the next chapter follows; after the last one, what to do now.
    """

    guess: Guess
    keep: tuple[str, str, str]
    onward: str


GUIDES: dict[str, Guide] = {
    "imaging": Guide(
        Amount(
            f"An echo comes back from {truths.SOUND_DEPTH_MM} mm below the skin. How many millionths of a second after "
            "the pulse?",
            "microseconds",
            1,
            200,
            100,
            truths.echo_time,
            5,
            "Sound needs about 1.3 microseconds for a millimetre of depth, there and back. From the time the scanner "
            "knows the depth.",
        ),
        (
            "An ultrasound picture is computed from echoes; its grain (speckle) comes from interference, not from "
            "cells.",
            "Gain, focus and frequency change the picture and leave the patient as he is.",
            "A network is shown a square around the nodule, in the numbers it learnt from.",
        ),
        "Now there is a picture; the next chapter asks what exactly a computer should say about it.",
    ),
    "tasks": Guide(
        Amount(
            "You lay a box of just the right size, but a quarter of its width too far to the right. How many percent "
            "do the two boxes overlap (the area that both hold, of the area that either holds)?",
            "percent",
            0,
            100,
            75,
            truths.shifted_overlap,
            5,
            "Both hold three quarters of a box, either holds five quarters: small slips cost a lot. This overlap is "
            "called intersection over union.",
        ),
        (
            "Is there one, which is it, where is it, where are they all, where does it end: five questions, five "
            "answers.",
            "CADx is the second: the nodule is given, the computer names it.",
            "A network taught two names answers one of them, even where there is no nodule.",
        ),
        "To name a nodule one must measure it; the next chapter does so by hand, as was done before networks.",
    ),
    "texture": Guide(
        Amount(
            "The grey of your nodule is cut into 16 levels. How many percent of all pixels have a right-hand neighbour "
            "of the very same level?",
            "percent",
            0,
            100,
            50,
            truths.same_level,
            7,
            "Below, such pairs are counted into a table, the co-occurrence matrix; these stand on its diagonal.",
        ),
        (
            "Texture can be put into numbers: how often grey levels stand beside each other, how much changes at which "
            "scale.",
            "Contrast is high where neighbours differ, homogeneity where they agree.",
            "Such numbers change with the scanner as well, not with the nodule alone.",
        ),
        "Each nodule is now a few numbers, a point on a board; the next chapter draws the border between the classes.",
    ),
    "margin": Guide(
        Question(
            "Guess first. Between two groups of points lies a straight border, as far from both as it can be. You add "
            "a point deep inside one group. Does the border move?",
            ("Yes, towards the new point", "Yes, away from it", "No"),
            2,
            "Only the nearest points hold the border. Try it below: Widest margin, and drag a far point.",
        ),
        (
            "Many borders separate the cases one has; the widest street is the best bet for new ones.",
            "Only the cases nearest to the border decide where it lies.",
            "A border that bends around every case remembers; it does not learn.",
        ),
        "The border can only be as good as the numbers; the next chapters let the computer find the numbers itself.",
    ),
    "convolution": Guide(
        Amount(
            "A window of 5 × 5 slides over 16 × 16 cells, one cell at a time, and stays inside. In how many places can "
            "it stand?",
            "places",
            1,
            256,
            256,
            truths.places,
            8,
            "16 − 5 + 1 = 12 along each side. The map is a little smaller than the picture.",
        ),
        (
            "A kernel is a small table of numbers: laid on a place, multiplied, summed.",
            "The same kernel looks everywhere, so a map tells where its pattern is.",
            "The numbers are not written by anybody: they are learnt.",
        ),
        "A map has positive and negative cells; the next chapter bends it, without which depth would be useless.",
    ),
    "activation": Guide(
        Amount(
            f"ReLU sets every negative cell to zero. How many percent of the cells of the network's first "
            f"{truths.KERNELS} maps of your nodule are that?",
            "percent",
            0,
            100,
            20,
            truths.closed_cells,
            10,
            "About as many as are kept: a map says where its pattern is, and is silent elsewhere.",
        ),
        (
            "ReLU keeps what is positive and drops the rest.",
            "Without a bend, a hundred layers are worth one.",
            "It lets the learning signal through, where older bends stifled it layer by layer.",
        ),
        "The maps are still as large as the picture; the next chapter makes them small.",
    ),
    "pooling": Guide(
        Amount(
            "AlexNet, a network of chapter 9, has a layer that weighs every cell of 256 maps: each cell costs it 4096 "
            "learnt numbers. Before that layer it pools the maps from 13 × 13 to 6 × 6 cells. How many percent of the "
            "numbers does this save?",
            "percent",
            0,
            100,
            50,
            truths.saved_by_pooling,
            8,
            "36 cells of a map are left of 169.",
        ),
        (
            "Of each window one number is left: the largest, or the mean.",
            "A small shift changes less of what is left, at the price of place: the larger the window, the more.",
            "Nothing is learnt here.",
        ),
        "After more such layers one number of each map is left; the next chapter weighs them into one answer.",
    ),
    "dense": Guide(
        Amount(
            "The network has measured its features of your nodule. How many percent of them speak for malignant?",
            "percent",
            0,
            100,
            50,
            truths.for_malignant,
            10,
            "But votes are of very different size: most are next to nothing, so their number decides nothing. Their "
            "sum does, and below you see the largest.",
        ),
        (
            "Every feature votes for and against each class; the sums are the scores.",
            "The scores become shares of one whole.",
            "A share is a probability only after it was compared with what really happened.",
        ),
        "These were the parts; the next chapter puts them behind each other and runs your nodule through all.",
    ),
    "network": Guide(
        Question(
            "Guess first. AlexNet has 62 million learned numbers. Where are most of them?",
            ("In its five convolutions", "In the first full layer behind them", "Evenly in all eight layers"),
            1,
            "38 of the 62 million: each of 4096 cells has a weight for each of 9216 inputs. Convolutions share theirs.",
        ),
        (
            "From layer to layer maps get smaller and more, until one row of features is left.",
            "A deep cell sees a large part of the picture: it knows what, and only roughly where.",
            "The features of many nodules are a table: one row a nodule.",
        ),
        "So far all numbers were given; the next chapter watches how they are learnt.",
    ),
    "learning": Guide(
        Amount(
            "A network that knows photographs, but no nodule, gets a new last layer, and only this layer learns "
            "from 120 nodules. How many percent of nodules it never saw will it name rightly, in the mean of eight "
            "such runs?",
            "percent",
            50,
            100,
            60,
            truths.transfer_accuracy,
            6,
            "What was learnt on cats and cars (edges, spots, grain) serves here too. That is transfer.",
        ),
        (
            "Learning is small steps downhill: each weight moves a little to where the error falls.",
            "Few nodules: move few weights. Many nodules: deeper layers may follow.",
            "Only nodules left out tell what was learnt.",
        ),
        "The network now gives features and a number; the next chapter makes a diagnosis of them.",
    ),
    "decision": Guide(
        Amount(
            "A classifier is to find 95 of 100 malignant nodules. How many of 100 benign ones will it alarm falsely? "
            "(240 simulated nodules, features of stage 5, a support vector machine.)",
            "benign nodules of 100",
            0,
            100,
            5,
            truths.false_alarms,
            8,
            "The last malignant ones look benign, and to catch them many benign ones are called as well.",
        ),
        (
            "Features can be read by any classifier, from one network or from several together.",
            "Where the probability is cut is a choice: more found means more alarmed.",
            "The ROC curve shows all choices at once; its area belongs to none of them.",
        ),
        "A number alone convinces nobody; the next chapter asks where the network looked.",
    ),
    "gradcam": Guide(
        Spot(
            "Click the place in this frame that spoke most for malignant, in your opinion. Then see the network's.",
            truths.hottest,
            "It is the cell that raised the score most, in the last maps that still know their place: coarse, and "
            "sometimes beside the nodule.",
        ),
        (
            "A heatmap says which cells raised the score, not why, and not what the nodule is.",
            "It is coarse: one cell is many pixels.",
            "Ask whether the answer falls when the hot place is blurred; if not, do not believe the map.",
        ),
        "A real nodule's truth is never quite known; in the next chapter you build nodules whose truth is.",
    ),
    "sandbox": Guide(
        Amount(
            "You give a nodule that is as bright as the gland an irregular margin, a sign of cancer. By how many "
            "points does the network's answer rise?",
            "points",
            0,
            60,
            30,
            truths.faint_spikes,
            5,
            "A border that does not stand out cannot be seen by anybody. Make the nodule darker and try again.",
        ),
        (
            "A sign counts only where the picture can show it.",
            "The network may err where it has learnt nothing: beyond its training, or with signs it confuses.",
            "Change one thing at a time, and look at what else moved.",
        ),
        "The network gave a number; the next chapter asks what such a number promises, and whether it keeps it.",
    ),
    "calibration": Guide(
        Amount(
            "At another (simulated) hospital, C, a network's answers are 63 % on average. How many percent of its "
            "patients really have a malignant nodule?",
            "percent",
            0,
            100,
            63,
            truths.malignant_abroad,
            6,
            "The order of its answers is still of use; their size is not, until it is mended.",
        ),
        (
            "A probability is a promise about many patients: of a hundred given 30 %, thirty are malignant.",
            "Two numbers, a stretch and a shift, mend most broken promises.",
            "Mending needs patients of one's own hospital, and changes no order: the AUC stays.",
        ),
        "An honest probability is still cut somewhere; the next chapter asks what an alarm is then worth.",
    ),
    "prevalence": Guide(
        Amount(
            "Five of a hundred patients have a malignant nodule. The network is cut at 50 %. Of a hundred alarms, how "
            "many are right?",
            "alarms of 100",
            0,
            100,
            80,
            truths.alarms_right,
            8,
            "Nearly all patients are healthy, so even few false alarms among them outnumber the true ones.",
        ),
        (
            "Sensitivity and specificity belong to the model and its cut-off.",
            "What an alarm is worth depends on who sits in the waiting room.",
            "Before you take over a cut-off, ask where it was set.",
        ),
        "Other patients are one reason why a model does worse elsewhere; the next chapter shows another.",
    ),
    "scanners": Guide(
        Question(
            "Guess first. One and the same nodule is scanned by four machines. What does a network answer?",
            ("The same four times: it is the same nodule", "Different numbers", "It refuses three of them"),
            1,
            "It sees grey levels, and each machine has its own. A textbook nodule is clear to all; where the case "
            "is close, as in diffuse disease, the answers part. Choose the nodule below.",
        ),
        (
            "Another machine makes other greys, and so other answers, most where the case is close.",
            "Features counted from grey levels suffer most abroad.",
            "Only a test at other hospitals tells how a model will do at yours.",
        ),
        "Go back to Diagnose with a frame of your own, and ask what you would change before you believed the answer.",
    ),
}
