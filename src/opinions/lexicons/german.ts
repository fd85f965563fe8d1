import { setOf, valued, type Lexicon } from './lexicon.js';

export const german: Lexicon = {
  values: valued([
    [
      4,
      'perfekt, perfekte, perfekter, perfektes, hervorragend, hervorragende, ausgezeichnet, fantastisch, traumhaft, genial, begeistert, liebe, klasse, spitze, top, einwandfrei, makellos, unschlagbar, sensationell, überragend, großartig, wie angegossen, bin begeistert, absolute empfehlung, klare empfehlung, klare kaufempfehlung, nicht mehr missen, nicht mehr hergeben',
    ],
    [
      3,
      'super, toll, tolle, toller, tolles, tollen, wunderbar, wunderschön, empfehlen, empfehlenswert, empfehlung, zuverlässig, robust, stabil, hochwertig, hochwertige, bequem, lecker, überzeugt, überzeugend, kaufempfehlung, zufrieden, langlebig, gerne wieder, jederzeit wieder, sehr gut, weiterempfehlen, liebevoll, sauber verarbeitet, nicht meckern, nichts zu meckern, nicht beklagen, nichts auszusetzen, nichts auszusetzen daran, keine beanstandungen, ohne probleme, keine probleme, kein problem, ohne bedenken, würde ich wieder kaufen, immer wieder, wieder kaufen, wieder bestellen, wertig, langlebige, strapazierfähig, formschön, liebevoll verpackt, rundum zufrieden, voll und ganz, übertroffen, positiv überrascht, angenehm überrascht, hält was es verspricht, hält was er verspricht, preis leistung stimmt, gutes preis leistungs verhältnis, was ich gesucht habe, was ich gesucht hatte, genau das richtige, genau richtig, möchte sie nicht mehr, lohnt sich, jeden cent wert, jeden euro wert, sein geld wert, ihr geld wert',
    ],
    [
      2,
      'gut, gute, guter, gutes, guten, gutem, schön, schöne, schöner, schönes, schönen, schnell, schnelle, schneller, einfach, leicht, leise, praktisch, angenehm, angenehme, günstig, preiswert, passt, passgenau, weich, warm, handlich, kompakt, problemlos, reibungslos, solide, stylisch, hübsch, schick, edel, sauber, wie beschrieben, freundlich, funktioniert, hält, lohnt, gefällt, ordentlich, scharf, intuitiv, schmeckt, sitzt, stimmt, überzeugt, erfüllt seinen zweck, tut was es soll, pünktlich, kräftig, kräftiger, besser, flott, gemütlich, kuschelig, atmungsaktiv, wasserdicht, pflegeleicht, leicht zu reinigen, gut verpackt, gut verarbeitet, übersichtlich, freut, gefallen, hilfreich, geräumig, großzügig, elegant, saubere, sauberer',
    ],
    [1, 'okay, ok, in ordnung, brauchbar, ausreichend, nett'],
    [
      -1,
      'mittelmäßig, durchschnittlich, schwer, laut, klein, teuer, teure, eng, dünn, langsam, umständlich, gewöhnungsbedürftig, naja, steif, kurz',
    ],
    [
      -2,
      'leider, enttäuscht, enttäuschend, enttäuschung, zu klein, zu groß, zu eng, zu kurz, zu lang, zu laut, zu dünn, zu schwer, zu teuer, überteuert, unbequem, unpraktisch, zurückgeschickt, zurückgegeben, zurück geschickt, rücksendung, retoure, geht zurück, kratzt, kratzig, verkratzt, wackelt, wackelig, wacklig, instabil, quietscht, klappert, problem, probleme, mangelhaft, fehlerhaft, fehlt, fehlte, fehler, schwach, schwache, schwierig, kompliziert, undicht, tropft, ausgelaufen, stinkt, riecht, geruch, gestank, verzogen, eingelaufen, ausgeblichen, unscharf, nervt, nervig, ärgerlich, nie wieder, billig verarbeitet, wirkt billig, lieblos, unfreundlich, verspätet, lässt nach, nachgelassen, klemmt, hakt, hängt, stockt, ruckelt, knarzt, knarrt, brummt, lärm, höllenlärm, krach, leckt, läuft aus, rostet, gerostet, rostig, blättert ab, abgeblättert, löst sich, gelöst, aufgegangen, abgefärbt, färbt ab, verblasst, verfärbt, verbogen, verbeult, beschädigt, dellen, delle, kratzer, riss, risse, unverständlich, unleserlich, ungenau, unzuverlässig, überhitzt, zu heiß, wird heiß, schließt nicht, passt nicht, hält nicht, geht nicht, ging nicht, geht nicht mehr, ging nicht mehr, lädt nicht, startet nicht, meldet sich nicht, antwortet nicht, keine antwort, keine reaktion, reagiert nicht, nicht dicht, nicht angekommen, nie angekommen, zu spät, zu dünnes, zu dünne, zu kleines, zu weit, zu steif, zu kompliziert, dünnes material, fusselt, scheuert, drückt, zwickt, rutscht, verrutscht, fehlende, fehlten, unvollständig, verzögert, unzufrieden, nachbessern, mühsam, brennt an',
    ],
    [
      -3,
      'schlecht, schlechte, schlechter, schlechtes, schlechten, schrecklich, furchtbar, katastrophe, katastrophal, kaputt, defekt, defekte, gebrochen, abgebrochen, zerbrochen, gerissen, unbrauchbar, nutzlos, schrott, müll, mist, miserabel, frechheit, betrug, fälschung, finger weg, geldverschwendung, rausgeschmissenes geld, reklamation, reklamiert, geld zurück, abzuraten, nicht empfehlen, nicht zu empfehlen, nicht empfehlenswert, hässlich, grausam, ungenügend, versagt, ausgefallen, stinkt nach, nie mehr, kein zweites mal, nicht noch einmal, nicht nochmal, nicht mehr kaufen, nicht wieder kaufen, nicht wieder bestellen, nicht zu gebrauchen, abgerissen, abgefallen, auseinandergefallen, fällt auseinander, zerfallen, zersprungen, durchgebrannt, gesprungen, lebensgefährlich, gefährlich, abzocke, betrüger, fake, plagiat, hände weg, reinfall, fehlkauf, totalausfall, unverschämt, unterirdisch, lächerlich, minderwertig, minderwertige, nicht was es verspricht, nicht was er verspricht, nicht was sie verspricht',
    ],
    [0, 'alter, art, die, not, war, bad, stern, sterne, billig, falten, arm, brand, rat, mag'],
  ]),
  negations: setOf('nicht nie niemals kein keine keinen keiner keines keinem ohne kaum weder nichts wenig'),
  degrees: {
    sehr: 1.3,
    wirklich: 1.3,
    so: 1.2,
    extrem: 1.5,
    super: 1.4,
    absolut: 1.5,
    total: 1.4,
    echt: 1.2,
    ganz: 1.1,
    zu: 1.2,
    viel: 1.2,
    besonders: 1.3,
    richtig: 1.3,
    äußerst: 1.5,
    etwas: 0.7,
    ziemlich: 1.1,
    leicht: 0.8,
    relativ: 0.9,
    fast: 0.8,
    bisschen: 0.7,
  },
  contrasts: /\b(?:aber|jedoch|allerdings|leider|dafür|obwohl|trotzdem|sondern)\b/giu,
  common: setOf(
    'aber alle allem allen aller alles als also am an artikel auch auf aus bei beim bekommen bereits besser bestellt bestellung bin bis bisher bruder da dabei dadurch dafür damit dann das dass dem den denn der des die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines einfach einmal er erhalten erst es etwas euch finde frau freund freunde freundin für gab ganz gar geht gekauft genau gerne gibt gut gute guten habe haben hat hatte hier ich ihm ihn ihr im immer in ins insgesamt irgendwie ist ja jahr jahre jede jedem jeden jeder jedes jedoch jemand jetzt kam kann kauf kaufen kein keine kinder klare können könnte lassen leider machen macht mal mama man mann mehr mein meine meinem meinen meiner mich mir mit monat monate mutter nach nicht nichts niemand noch nun nur ob oder ohne papa preislich produkt schon schwester sehr sein seine seit sich sie sind so sogar sohn sollte sonst stern sterne super tag tage tagen tochter toll um unbedingt und uns unter vater viel viele vom von vor war waren was weil weiter wenn wer werden wie wieder wir wird wirklich wo woche wochen wurde wurden würde zu zum zur zwei über',
  ),
};
